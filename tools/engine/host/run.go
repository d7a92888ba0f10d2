package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// exitedAfterExplaining is the code with which @pulumi/pulumi says that it has told the user already.
const exitedAfterExplaining = 32

// Run runs a Pulumi program with node until it ends.
func (h *languageHost) Run(request context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	ctx, cancel := h.until(request)
	defer cancel()

	options, err := readOptions(req.GetInfo().GetOptions())
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	script, err := findScript(programFolder(req.GetInfo(), req.GetPwd()), "run")
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	environment, err := programEnvironment(req, options)
	if err != nil {
		return nil, err
	}

	args := append(append([]string{}, options.nodeargs...), script)
	args = append(args, h.programArguments(req)...)
	cmd := exec.Command("node", args...)
	cmd.Env = environment
	cmd.Dir = req.GetPwd()
	// Not the files themselves: a process the program leaves behind must not hold the engine's pipe.
	cmd.Stdout = onlyWriter{os.Stdout}
	cmd.Stderr = onlyWriter{os.Stderr}

	err = h.family.run(ctx, cmd, nil)
	code, ended := exitCode(err)
	switch {
	case !ended:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program could not be run to its end: %v", err)}, nil
	case code == exitedAfterExplaining:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case code != 0:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program ended with exit code %d", code)}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

func (h *languageHost) programArguments(req *pulumirpc.RunRequest) []string {
	var args []string
	flag := func(name, value string) {
		if value != "" {
			args = append(args, "--"+name+"="+value)
		}
	}
	flag("monitor", req.GetMonitorAddress())
	flag("engine", h.engine)
	flag("organization", req.GetOrganization())
	flag("project", req.GetProject())
	flag("root-directory", req.GetInfo().GetRootDirectory())
	flag("stack", req.GetStack())
	flag("pwd", req.GetPwd())
	flag("tracing", h.tracing)
	if req.GetDryRun() {
		args = append(args, "--dry-run")
	}
	if req.GetQueryMode() {
		args = append(args, "--query-mode")
	}
	flag("parallel", strconv.Itoa(int(req.GetParallel())))

	program := req.GetInfo().GetEntryPoint()
	if program == "" {
		program = req.GetProgram() //nolint:staticcheck // older engines say only program
	}
	if program == "" {
		program = "."
	}
	args = append(args, program)
	return append(args, req.GetArgs()...)
}

// programEnvironment hands configuration over in the environment, never in arguments: it may hold
// secrets, and arguments can be read by every user of the machine.
func programEnvironment(req *pulumirpc.RunRequest, options runtimeOptions) ([]string, error) {
	config, err := json.Marshal(nonNil(req.GetConfig()))
	if err != nil {
		return nil, err
	}
	secretKeys := req.GetConfigSecretKeys()
	if secretKeys == nil {
		secretKeys = []string{}
	}
	secrets, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, err
	}
	environment := append(os.Environ(),
		"PULUMI_CONFIG="+string(config),
		"PULUMI_CONFIG_SECRET_KEYS="+string(secrets),
		"PULUMI_NODEJS_TYPESCRIPT="+strconv.FormatBool(options.typescript))
	if options.tsconfig != "" {
		environment = append(environment, "PULUMI_NODEJS_TSCONFIG_PATH="+options.tsconfig)
	}
	if options.transpileOnly != "" {
		environment = append(environment, "PULUMI_NODEJS_TRANSPILE_ONLY="+options.transpileOnly)
	}
	return environment, nil
}

func nonNil(values map[string]string) map[string]string {
	if values == nil {
		return map[string]string{}
	}
	return values
}

// onlyWriter hides that a writer is a file, so that exec gives the child a pipe of its own.
type onlyWriter struct{ file *os.File }

func (w onlyWriter) Write(bytes []byte) (int, error) { return w.file.Write(bytes) }
