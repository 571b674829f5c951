// Types for the operations in this folder: npm run codegen. Copy it, and name your own documents.
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  // Or the URL of a server: it tells its schema unless started with --no-introspection.
  schema: '../../../schema.graphql',
  documents: ['main.ts'],
  importExtension: '.js',
  generates: {
    './gql/': {
      preset: 'client',
      // Fragments are plain types; `true` makes each component unmask its own.
      presetConfig: { fragmentMasking: false },
      config: {
        // Operations stay text: no parser in the client.
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        defaultScalarType: 'unknown',
        strictScalars: true,
        scalars: {
          // Exact numbers are decimal strings on the way out; on the way in a number of JSON will do, too.
          Money: { input: 'string | number', output: 'string' },
          Decimal: { input: 'string | number', output: 'string' },
          Rate: { input: 'string | number', output: 'string' },
          Long: { input: 'number | string', output: 'number' },
          Date: 'string',
          DateTime: 'string',
          Upload: 'File',
        },
      },
    },
  },
};

export default config;
