//! The real program, run in a folder of its own.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// The program with its folder and its database
pub struct Program {
    pub folder: TempDir,
    pub url: String,
}

/// What a run of the program left
#[derive(Debug)]
pub struct Outcome {
    pub ok: bool,
    pub out: String,
    pub err: String,
}

impl Program {
    /// On a database
    pub fn on(url: &str) -> Program {
        Program { folder: TempDir::new().unwrap(), url: url.to_owned() }
    }

    /// On a SQLite file that is not there yet
    pub fn new() -> Program {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("new.db").display());
        Program { folder, url }
    }

    pub fn toml(&self, text: &str) {
        fs::write(self.folder.path().join("quintet.toml"), text).unwrap();
    }

    /// Without the settings of the one who runs the tests
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quintet"));
        command.env_clear().env("DATABASE_URL", &self.url).current_dir(self.folder.path()).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs to the end
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(self.command(arguments).output().unwrap())
    }

    /// Runs to the end with a text as standard input
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Outcome::of(child.wait_with_output().unwrap())
    }

    /// Where a server's log stands
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Serves on a free port of this machine
    pub fn serve(&self, arguments: &[&str]) -> Serving<'_> {
        self.serve_by(self.command(arguments))
    }

    /// [`serve`](Program::serve) by a command that is still to be told where to listen
    pub fn serve_by(&self, mut command: Command) -> Serving<'_> {
        command.args(["--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(File::create(self.log()).unwrap()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Quintet serves on http://");
        let address = address.unwrap_or_else(|| panic!("no address: {line:?}")).parse().unwrap();
        Serving { child, out, address, _folder: &self.folder }
    }
}

impl Outcome {
    fn of(output: Output) -> Outcome {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Outcome { ok: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// What it printed, if it ended well
    #[track_caller]
    pub fn ok(self) -> String {
        assert!(self.ok, "{self:?}");
        self.out
    }

    /// Why it ended badly
    #[track_caller]
    pub fn error(self) -> String {
        assert!(!self.ok, "{self:?}");
        self.err
    }
}

/// A server that runs; killed when the test is done with it
pub struct Serving<'a> {
    child: Child,
    out: BufReader<ChildStdout>,
    pub address: SocketAddr,
    /// Must outlive the server
    _folder: &'a TempDir,
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Serving<'_> {
    /// The next lines that it prints
    pub fn lines(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            self.out.read_line(&mut text).unwrap();
        }
        text
    }

    /// Asks it to stop
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Its exit code, waiting for it
    pub fn code(&mut self, patience: Duration) -> Option<i32> {
        let start = Instant::now();
        while start.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it still runs after {patience:?}");
    }

    /// Opens a connection and sends this much
    pub fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    /// What GraphQL answers
    pub fn query(&self, token: Option<&str>, document: &str) -> Value {
        answer(self.send(&post(token, document))).1
    }

    /// Signs in with login and password, all realms
    pub fn sign_in(&self, login: &str, password: &str) -> Result<String, Value> {
        let document =
            format!("mutation {{ sessionCreate(input: {{login: {login:?}, password: {password:?}}}) {{ token }} }}");
        let answer = self.query(None, &document);
        answer["data"]["sessionCreate"]["token"].as_str().map(str::to_owned).ok_or(answer)
    }
}

/// A GraphQL request, byte for byte
pub fn post(token: Option<&str>, document: &str) -> String {
    let body = serde_json::json!({"query": document}).to_string();
    let token = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    format!(
        "POST /graphql HTTP/1.1\r\nhost: test\r\n{token}connection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Status line and body of the answer on a connection that closes after it
pub fn answer(mut stream: TcpStream) -> (String, Value) {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap())
}
