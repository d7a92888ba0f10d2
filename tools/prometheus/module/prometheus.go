//go:build prometheus

// Package prometheus pins the Prometheus that watches are tried with. The program is a main package of another module; this import keeps it
// in go.mod.
package prometheus

import _ "github.com/prometheus/prometheus/cmd/prometheus"
