//! Signs in to a server with demo data, walks through the customers of two realms, writes something and takes it back:
//! `cargo run -- http://127.0.0.1:8000/graphql`
//!
//! The types of `operations.graphql` are made of `schema.graphql` when this is compiled: a field that is not there is an
//! error of the compiler.

use std::{collections::BTreeMap, error::Error};

use graphql_client::{GraphQLQuery, Response};

macro_rules! operations {
    ($($name:ident)+) => { $(
        #[derive(GraphQLQuery)]
        #[graphql(
            schema_path = "../../../schema.graphql",
            query_path = "operations.graphql",
            response_derives = "Debug, PartialEq"
        )]
        struct $name;
    )+ };
}
operations! { SignIn Customers CreateTemplate DeleteTemplate }

struct Client {
    url: String,
    token: Option<String>,
}

impl Client {
    /// Runs an operation; its types follow from its document
    fn ask<Q: GraphQLQuery>(&self, variables: Q::Variables) -> Result<Q::ResponseData, Box<dyn Error>> {
        // What the server refuses comes as GraphQL errors, whatever the status of the answer.
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request = agent.post(&self.url).header("accept", "application/graphql-response+json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer: Response<Q::ResponseData> =
            request.send_json(Q::build_query(variables))?.body_mut().read_json()?;
        match (answer.data, answer.errors) {
            (Some(data), None) => Ok(data),
            (_, errors) => Err(told(&errors.unwrap_or_default()).into()),
        }
    }
}

/// `CODE: message`, one to a line; `extensions.code` is one of a closed list
fn told(errors: &[graphql_client::Error]) -> String {
    let line = |error: &graphql_client::Error| {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code")?.as_str());
        format!("{}: {}", code.unwrap_or("NONE"), error.message)
    };
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8000/graphql".into());
    let mut client = Client { url, token: None };
    let input = sign_in::SessionCreateInput {
        realm: None,
        login: "admin".into(),
        password: Some("quintet-demo".into()),
        password_md5: None,
    };
    client.token = Some(client.ask::<SignIn>(sign_in::Variables { input })?.session_create.token);

    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut after = None;
    for _ in 0..4 {
        let realms = Some(vec![customers::Realm::LOAN, customers::Realm::SERVICE]);
        let page = client.ask::<Customers>(customers::Variables { realms, after })?.customers;
        for customer in &page.nodes {
            *found.entry(format!("{:?}", customer.realm)).or_default() += 1;
        }
        after = page.page_info.end_cursor.filter(|_| page.page_info.has_next_page);
        if after.is_none() {
            break;
        }
    }
    for (realm, count) in found {
        println!("{realm}: {count} customers");
    }

    let input = create_template::SmsTemplateCreateInput { title: "From Rust".into(), content: "您好".into() };
    let written = client.ask::<CreateTemplate>(create_template::Variables { input })?.sms_template_create.sms_template;
    println!("written: {}", written.title);
    client.ask::<DeleteTemplate>(delete_template::Variables { id: written.id.clone() })?;
    match client.ask::<DeleteTemplate>(delete_template::Variables { id: written.id }) {
        Err(refusal) if refusal.to_string().starts_with("NOT_FOUND") => println!("deleted"),
        other => return Err(format!("deleted twice: {other:?}").into()),
    }
    Ok(())
}
