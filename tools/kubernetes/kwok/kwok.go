//go:build kwok

// Package kwok pins what plays nodes and pods: it is made for an older Kubernetes than the control plane is, hence a module of
// its own. The program is a main package of another module; this import keeps it in go.mod.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
