//go:build pulumi

// Package engine pins what the Pulumi engine and our language host are built from.
// The engine itself is a main package of another module; this import keeps it in go.mod.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
