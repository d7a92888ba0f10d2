package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/shlex"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

// runtimeOptions are the options of `runtime:` in Pulumi.yaml, PulumiPlugin.yaml and PulumiPolicy.yaml.
type runtimeOptions struct {
	// nodeargs come before the script on node's command line.
	nodeargs []string
	// typescript says whether @pulumi/pulumi compiles TypeScript with its own ts-node; true unless
	// switched off. Switched off, plugins and policy packs are started by node directly.
	typescript bool
	// tsconfig is the compiler configuration for ts-node.
	tsconfig string
	// transpileOnly is "true", "false" or empty for ts-node's own default.
	transpileOnly string
}

func readOptions(fields *structpb.Struct) (runtimeOptions, error) {
	options := runtimeOptions{typescript: true}
	if fields == nil {
		return options, nil
	}
	for name, value := range fields.AsMap() {
		switch name {
		case "nodeargs":
			args, err := arguments(value)
			if err != nil {
				return options, err
			}
			options.nodeargs = args
		case "typescript":
			on, ok := value.(bool)
			if !ok {
				return options, fmt.Errorf("runtime option typescript must be true or false, not %v", value)
			}
			options.typescript = on
		case "tsconfig":
			options.tsconfig = fmt.Sprint(value)
		case "transpileOnly":
			options.transpileOnly = fmt.Sprint(value)
		}
	}
	return options, nil
}

func arguments(value any) ([]string, error) {
	switch value := value.(type) {
	case string:
		args, err := shlex.Split(value)
		if err != nil {
			return nil, fmt.Errorf("runtime option nodeargs: %w", err)
		}
		return args, nil
	case []any:
		var args []string
		for _, item := range value {
			text, ok := item.(string)
			if !ok {
				return nil, fmt.Errorf("runtime option nodeargs holds %v, which is no text", item)
			}
			args = append(args, text)
		}
		return args, nil
	}
	return nil, fmt.Errorf("runtime option nodeargs must be a text or a list of texts, not %v", value)
}

// findScript finds a file of the @pulumi/pulumi package as node would: in the node_modules of the
// folder or of one above it.
func findScript(folder, script string) (string, error) {
	start, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	for at := start; ; at = filepath.Dir(at) {
		candidate := filepath.Join(at, "node_modules", "@pulumi", "pulumi", "cmd", script, "index.js")
		if _, err := os.Stat(candidate); err == nil {
			return candidate, nil
		}
		if filepath.Dir(at) == at {
			return "", fmt.Errorf("@pulumi/pulumi is not installed for %s: there is no %s in any node_modules from there upwards. "+
				"Run `npm ci` (or `npm install`) in the project", start, filepath.Join("@pulumi", "pulumi", "cmd", script))
		}
	}
}

// entryPoint finds the script that a folder is started by: package.json's main, else index.*.
func entryPoint(folder string) (string, error) {
	var manifest struct {
		Main string `json:"main"`
	}
	if text, err := os.ReadFile(filepath.Join(folder, "package.json")); err == nil {
		if err := json.Unmarshal(text, &manifest); err != nil {
			return "", fmt.Errorf("%s: %w", filepath.Join(folder, "package.json"), err)
		}
	}
	names := []string{"index.ts", "index.mts", "index.js", "index.mjs", "index.cjs"}
	if manifest.Main != "" {
		names = []string{manifest.Main}
	}
	for _, name := range names {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s has no entry point: looked for %v", folder, names)
}

// programFolder is where a program or plugin lives; older engines say only where it runs.
func programFolder(info *pulumirpc.ProgramInfo, otherwise string) string {
	if folder := info.GetProgramDirectory(); folder != "" {
		return folder
	}
	return otherwise
}
