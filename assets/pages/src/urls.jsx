// Which legacy URLs use which fields, as the server tells it.

/** Fields with the operations that use them, and the same by `Type.name`; asked for once */
export const load = () => (loaded ??= read());
let loaded;

async function read() {
  const { operations, fields } = await fetch("fields.json").then((response) => response.json());
  for (const field of fields) field.operations = field.operations.map((place) => operations[place]);
  return { operations, fields, byName: new Map(fields.map((field) => [`${field.type}.${field.name}`, field])) };
}

export const reference = ({ system, module, id }) => `docs#${system}/${module}/${id}`;

export function Urls({ operations }) {
  return (
    <ul className="urls">
      {operations.map((operation) => (
        <li key={operation.id}>
          <a href={reference(operation)} title={`${operation.section} ${operation.summary}`}>
            <b className={`method ${operation.method.toLowerCase()}`}>{operation.method}</b> {operation.path}{" "}
            <span>{operation.summary}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
