import type { Command } from "commander";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** One command of the tree, as completion needs it. */
interface Entry {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  /** What its first argument may be, where that is known. */
  readonly choices: readonly string[];
}

interface Flag {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** A script for one shell, made from the program's own commands and options. */
export function completionScript(program: Command, shell: Shell): string {
  const commands = program.commands.map(entryOf);
  const common = [...flagsOf(program), helpFlag];
  return { bash, zsh, fish }[shell](program.name(), commands, common);
}

const helpFlag: Flag = {
  long: "--help",
  short: "-h",
  description: "show help",
  takesValue: false,
  choices: [],
};

function entryOf(command: Command): Entry {
  return {
    name: command.name(),
    description: command.description(),
    flags: flagsOf(command),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  };
}

function flagsOf(command: Command): Flag[] {
  return command.options.flatMap((option) =>
    option.long === undefined || option.long === null
      ? []
      : [
          {
            long: option.long,
            short: option.short ?? undefined,
            description: option.description,
            takesValue: option.required || option.optional,
            choices: option.argChoices ?? [],
          },
        ],
  );
}

function bash(name: string, commands: readonly Entry[], common: readonly Flag[]): string {
  const words = (flags: readonly Flag[]) => flags.map(({ long }) => long).join(" ");
  const values = [...common, ...commands.flatMap(({ flags }) => flags)].filter(({ takesValue }) => takesValue);
  const valueCases = values.map(({ long, short, choices }) => {
    const what = choices.length > 0 ? `compgen -W '${choices.join(" ")}' -- "$cur"` : `compgen -f -- "$cur"`;
    return `    ${short === undefined ? long : `${short}|${long}`}) COMPREPLY=($(${what})); return;;`;
  });
  const commandCases = commands.map(({ name, flags, choices }) => {
    const all = [...choices, ...flags.map(({ long }) => long)].join(" ");
    return `    ${name}) words='${all} ${words(common)}';;`;
  });
  return `# ${name} completion for bash
_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command='' words i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
    ${commands.map(({ name }) => name).join("|")}) command="\${COMP_WORDS[i]}"; break;;
    esac
  done
  case "$prev" in
${valueCases.join("\n")}
  esac
  case "$command" in
${commandCases.join("\n")}
    *) words='${commands.map(({ name }) => name).join(" ")} help ${words(common)}';;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, commands: readonly Entry[], common: readonly Flag[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const bracketed = (text: string) => text.replace(/[[\]:]/g, "\\$&");
  const flag = ({ long, description, takesValue, choices }: Flag) => {
    const value = !takesValue ? "" : choices.length > 0 ? `:value:(${choices.join(" ")})` : ":value:_files";
    return quoted(`${long}[${bracketed(description)}]${value}`);
  };
  const cases = commands.map(({ name, flags, choices }) => {
    const argument = choices.length > 0 ? quoted(`1:argument:(${choices.join(" ")})`) : "'*:file:_files'";
    return `    ${name}) _arguments ${[...flags, ...common].map(flag).join(" ")} ${argument};;`;
  });
  return `#compdef ${name}
# ${name} completion for zsh
_${name}() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description.replaceAll(":", "\\:")}`)}`).join("\n")}
  )
  local context state line
  _arguments -C ${common.map(flag).join(" ")} '1:command:->command' '*::argument:->argument'
  case "$state" in
  command) _describe command commands;;
  argument)
    case "$line[1]" in
${cases.join("\n")}
    esac;;
  esac
}
if [ "$funcstack[1]" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function fish(name: string, commands: readonly Entry[], common: readonly Flag[]): string {
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const flag = ({ long, short, description, takesValue, choices }: Flag) =>
    [
      `-l ${long.replace(/^--/, "")}`,
      ...(short === undefined ? [] : [`-s ${short.replace(/^-/, "")}`]),
      ...(takesValue ? ["-r"] : []),
      ...(choices.length > 0 ? [`-f -a ${quoted(choices.join(" "))}`] : []),
      `-d ${quoted(description)}`,
    ].join(" ");
  const lines = commands.flatMap(({ name: command, description, flags, choices }) => {
    const here = `complete -c ${name} -n '__fish_seen_subcommand_from ${command}'`;
    return [
      `complete -c ${name} -n __fish_use_subcommand -f -a ${command} -d ${quoted(description)}`,
      ...(choices.length > 0 ? [`${here} -f -a ${quoted(choices.join(" "))}`] : []),
      ...flags.map((it) => `${here} ${flag(it)}`),
    ];
  });
  return [`# ${name} completion for fish`, ...common.map((it) => `complete -c ${name} ${flag(it)}`), ...lines, ""].join(
    "\n",
  );
}
