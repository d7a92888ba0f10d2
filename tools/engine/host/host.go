package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// languageHost serves what running a stack needs. What it does not serve (code generation,
// conversion, packing) answers Unimplemented.
type languageHost struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	engine  string
	tracing string
	family  *family
	// closing ends when this host is to end, and with it everything it started.
	closing context.Context
}

// until joins a request's context with the host's own end.
func (h *languageHost) until(request context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(request)
	release := context.AfterFunc(h.closing, cancel)
	return ctx, func() { release(); cancel() }
}

func (h *languageHost) Handshake(
	_ context.Context, req *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	if address := req.GetEngineAddress(); address != "" {
		h.engine = address
	}
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetRequiredPackages names none on purpose: the engine looks for a provider when a resource first
// needs it (in Pulumi.yaml, on PATH, among its installed plugins) and downloads only then. Naming
// every package in node_modules here would make it download plugins that this stack provides itself.
func (h *languageHost) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

func (h *languageHost) GetRequiredPlugins(
	context.Context, *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return &pulumirpc.GetRequiredPluginsResponse{}, nil
}

func (h *languageHost) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

func (h *languageHost) RuntimeOptionsPrompts(
	context.Context, *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	return &pulumirpc.RuntimeOptionsResponse{}, nil
}

func (h *languageHost) Template(
	context.Context, *pulumirpc.TemplateRequest,
) (*pulumirpc.TemplateResponse, error) {
	return &pulumirpc.TemplateResponse{}, nil
}

func (h *languageHost) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	// The engine cancels the operations themselves; steps under way may finish.
	return &emptypb.Empty{}, nil
}

func (h *languageHost) About(ctx context.Context, _ *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, status.Errorf(codes.FailedPrecondition, "node is not on PATH: %v", err)
	}
	out, err := exec.CommandContext(ctx, node, "--version").Output()
	if err != nil {
		return nil, status.Errorf(codes.Internal, "%s --version: %v", node, err)
	}
	return &pulumirpc.AboutResponse{
		Executable: node,
		Version:    strings.TrimPrefix(strings.TrimSpace(string(out)), "v"),
		Metadata:   map[string]string{"languageHost": "greenlight " + version.Version},
	}, nil
}

// GetProgramDependencies lists the direct dependencies of package.json with the versions installed.
func (h *languageHost) GetProgramDependencies(
	_ context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	folder := programFolder(req.GetInfo(), req.GetPwd()) //nolint:staticcheck // older engines say only pwd
	var manifest struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return nil, status.Errorf(codes.NotFound, "dependencies of %s: %v", folder, err)
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "%s: %v", filepath.Join(folder, "package.json"), err)
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, list := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
		for name, wanted := range list {
			var installed struct {
				Version string `json:"version"`
			}
			at := filepath.Join(folder, "node_modules", filepath.FromSlash(name), "package.json")
			if text, err := os.ReadFile(at); err != nil || json.Unmarshal(text, &installed) != nil {
				installed.Version = wanted
			}
			response.Dependencies = append(response.Dependencies,
				&pulumirpc.DependencyInfo{Name: name, Version: installed.Version})
		}
	}
	sort.Slice(response.Dependencies, func(i, j int) bool {
		return response.Dependencies[i].Name < response.Dependencies[j].Name
	})
	return response, nil
}

// InstallDependencies runs npm in the program's folder: `npm ci` where a lock file pins what to
// install, `npm install` elsewhere.
func (h *languageHost) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	folder := programFolder(req.GetInfo(), req.GetDirectory()) //nolint:staticcheck // older engines say only directory
	action := "install"
	if _, err := os.Stat(filepath.Join(folder, "package-lock.json")); err == nil {
		action = "ci"
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return status.Errorf(codes.FailedPrecondition, "npm is not on PATH: %v", err)
	}
	cmd := exec.Command(npm, action)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, stdout, stderr
	ctx, cancel := h.until(server.Context())
	defer cancel()
	if err := h.family.run(ctx, cmd, nil); err != nil {
		return status.Errorf(codes.Internal, "npm %s in %s: %v", action, folder, err)
	}
	return nil
}

const noCodeGeneration = "greenlight's language host runs stacks; to generate %s, use the official pulumi-language-nodejs"

func (h *languageHost) GenerateProgram(
	context.Context, *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	return nil, status.Errorf(codes.Unimplemented, noCodeGeneration, "programs")
}

func (h *languageHost) GenerateProject(
	context.Context, *pulumirpc.GenerateProjectRequest,
) (*pulumirpc.GenerateProjectResponse, error) {
	return nil, status.Errorf(codes.Unimplemented, noCodeGeneration, "projects")
}

func (h *languageHost) GeneratePackage(
	context.Context, *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return nil, status.Errorf(codes.Unimplemented, noCodeGeneration, "packages")
}

func (h *languageHost) Pack(context.Context, *pulumirpc.PackRequest) (*pulumirpc.PackResponse, error) {
	return nil, status.Errorf(codes.Unimplemented, noCodeGeneration, "packed SDKs")
}

func (h *languageHost) Link(context.Context, *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	return nil, status.Errorf(codes.Unimplemented, noCodeGeneration, "linked SDKs")
}
