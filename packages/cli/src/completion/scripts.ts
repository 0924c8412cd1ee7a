// What a shell needs to ask us at each Tab. All that is known of commands stays here: a script need not be made anew with a new
// version.
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const programs = 'muster ipcluster ipcontroller ipengine';

const bash = `# Completion of Muster's commands in bash. In ~/.bashrc: eval "$(muster completion bash)"
_muster_complete() {
  local line kind='' tab=$'\\t' answer
  COMPREPLY=()
  answer=$(command muster completion answer bash "$COMP_WORDBREAKS" -- "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null) || return 0
  while IFS= read -r line; do
    if [[ -z $kind ]]; then kind=\${line%%"$tab"*}; continue; fi
    line=\${line%%"$tab"*}
    # After a value is a space, after --option= is not.
    if [[ $line == *= ]]; then COMPREPLY+=("$line"); else COMPREPLY+=("$line "); fi
  done <<< "$answer"
  case $kind in
    files|directories)
      COMPREPLY=()
      type compopt >/dev/null 2>&1 && compopt +o nospace -o filenames
      local word=$2 action=-f
      [[ $word == = || $word == : ]] && word=''
      [[ $kind == directories ]] && action=-d
      while IFS= read -r line; do [[ -n $line ]] && COMPREPLY+=("$line"); done <<< "$(compgen $action -- "$word")"
      ;;
  esac
}
complete -o nospace -F _muster_complete ${programs}
`;

const zsh = `#compdef ${programs}
# Completion of Muster's commands in zsh. In ~/.zshrc, after compinit: eval "$(muster completion zsh)"
_muster_complete() {
  local -a lines open_values open_shown values shown
  local kind prefix line value tab=$'\\t'
  lines=("\${(@f)$(command muster completion answer zsh '' -- "\${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
  kind=\${lines[1]%%$tab*}
  prefix=\${lines[1]#*$tab}
  case $kind in
    files) [[ -n $prefix ]] && compset -P "\${(b)prefix}"; _files; return ;;
    directories) [[ -n $prefix ]] && compset -P "\${(b)prefix}"; _files -/; return ;;
  esac
  for line in "\${(@)lines[2,-1]}"; do
    value=\${line%%$tab*}
    [[ -z $value ]] && continue
    if [[ $value == *= ]]; then
      open_values+=("$value"); open_shown+=("\${line//$tab/  -- }")
    else
      values+=("$value"); shown+=("\${line//$tab/  -- }")
    fi
  done
  (( $#values + $#open_values )) || return 1
  (( $#open_values )) && compadd -l -S '' -d open_shown -a open_values
  (( $#values )) && compadd -l -d shown -a values
  return 0
}
if [[ $funcstack[1] == _muster ]]; then _muster_complete "$@"; else compdef _muster_complete ${programs}; fi
`;

const fish = `# Completion of Muster's commands in fish. muster completion fish > ~/.config/fish/completions/muster.fish
# (and so for the other commands), or in config.fish: muster completion fish | source
function __muster_complete
    set -l current (commandline -ct)
    set -l answer (command muster completion answer fish '' -- (commandline -opc) "$current" 2>/dev/null)
    or return
    set -l first (string split \\t -- $answer[1])
    switch $first[1]
        case files directories
            set -l prefix "$first[2]"
            set -l part (string sub -s (math (string length -- "$prefix") + 1) -- "$current")
            set -l paths (__fish_complete_path "$part")
            if test $first[1] = directories
                set paths (__fish_complete_directories "$part")
            end
            for path in $paths
                printf '%s%s\\n' "$prefix" $path
            end
        case '*'
            test (count $answer) -gt 1; and printf '%s\\n' $answer[2..-1]
    end
end
for program in ${programs}
    complete -c $program -f -a '(__muster_complete)'
end
`;

export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
