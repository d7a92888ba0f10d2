//go:build argorollouts

// Package argorollouts pins the Argo Rollouts that the benchmark compares us with. Its programs are main packages of another module; these
// imports keep them in go.mod. The replacements there are those of its own go.mod, which Go heeds in the main module only.
package argorollouts

import (
	_ "github.com/argoproj/argo-rollouts/cmd/kubectl-argo-rollouts"
	_ "github.com/argoproj/argo-rollouts/cmd/rollouts-controller"
)
