// Version of External Secrets Operator whose CustomResourceDefinitions the tests install: the newest that Go's module
// proxy serves. Nothing of it is built; its definitions are read from the module's files.
module kustody.dev/lab/external-secrets-crds

go 1.26.0

require github.com/external-secrets/external-secrets v1.3.2 // indirect
