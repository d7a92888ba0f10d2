/** All issues of a repository as GitHub's API gives them with `gh api --paginate --slurp`; every fifth open, none of them a bug. */
export function issuesReport(issues: number): string {
  const all = Array.from({ length: issues }, (_, at) => issue(at + 1));
  const pages = Array.from({ length: Math.ceil(issues / 100) }, (_, at) => all.slice(at * 100, at * 100 + 100));
  return JSON.stringify(pages);
}

function issue(number: number): object {
  const repository = "https://api.github.com/repos/example/shop";
  const open = number % 5 === 0;
  return {
    url: `${repository}/issues/${number}`,
    repository_url: repository,
    labels_url: `${repository}/issues/${number}/labels{/name}`,
    comments_url: `${repository}/issues/${number}/comments`,
    id: 2_000_000_000 + number,
    number,
    title: `Orders of more than ${number} goods take too long`,
    user: { login: "ann", id: 1, type: "User", site_admin: false },
    labels: [
      {
        id: 1,
        name: open ? "enhancement" : "bug",
        color: "d73a4a",
        default: true,
        description: "Something is not as it should be",
      },
    ],
    state: open ? "open" : "closed",
    locked: false,
    assignees: [],
    milestone: null,
    comments: 2,
    created_at: "2026-01-02T03:04:05Z",
    updated_at: "2026-02-02T03:04:05Z",
    closed_at: open ? null : "2026-02-02T03:04:05Z",
    author_association: "MEMBER",
    state_reason: open ? null : "completed",
    body: "Seen in staging.\n\n1. Put many goods into the basket\n2. Pay\n\nIt should take less than a second, and it takes five. ".repeat(
      3,
    ),
  };
}
