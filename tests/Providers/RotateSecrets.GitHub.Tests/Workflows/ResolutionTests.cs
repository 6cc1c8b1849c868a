using RotateSecrets.GitHub.References;
using RotateSecrets.GitHub.Workflows;

namespace RotateSecrets.GitHub.Tests.Workflows;

public sealed class ResolutionTests
{
    [Theory]
    [InlineData("environment: production", "production,staging", true, true, "Environment production")]
    [InlineData("environment: PRODUCTION", "production", true, true, "Environment production")]
    [InlineData("environment: production", "staging", true, true, "Repository")]
    [InlineData("environment: production", "", false, true, "Organization")]
    [InlineData("environment: production", "", false, false, "")]
    [InlineData("timeout-minutes: 5", "production", true, true, "Repository")]
    [InlineData("timeout-minutes: 5", "production", false, false, "")]
    [InlineData("environment: ${{ github.ref_name }}", "production,staging", false, true, "Environment production,Environment staging,Organization")]
    public async Task A_job_gets_the_secret_of_its_environment_else_of_its_repository_else_of_its_organisation(
        string job, string environments, bool inRepository, bool inOrganization, string expected)
    {
        var searched = await Searched.InAsync($"on: push\njobs:\n  a:\n    {job}\n    steps:\n      - run: x ${{{{ secrets.KEY }}}}\n", "key");
        var known = new KnownSecrets(environments.Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.OrdinalIgnoreCase), inRepository, inOrganization);
        Assert.Equal(expected, Told(SecretResolution.Resolve(Assert.Single(searched.References), known)));
    }

    [Fact]
    public async Task What_is_handed_by_name_is_of_the_callers_and_an_environments_secret_covers_it()
    {
        var searched = await Searched.InAsync(
            null,
            ("ci.yml", "on: push\njobs:\n  call:\n    uses: ./.github/workflows/d.yml\n    secrets: { TOKEN: \"${{ secrets.KEY }}\" }\n"),
            ("d.yml", "on: workflow_call\njobs:\n  d:\n    environment: prod\n    steps:\n      - run: x ${{ secrets.token }}\n"));
        var (handed, covering) = (searched.References.Single(static one => one.SecretName == "KEY"), searched.References.Single(static one => one.SecretName == "TOKEN"));
        var known = new KnownSecrets(new HashSet<string>(["prod"], StringComparer.OrdinalIgnoreCase), InRepository: true, InOrganization: true);
        Assert.Equal("Repository", Told(SecretResolution.Resolve(handed, known)));
        Assert.Equal((".github/workflows/d.yml", 6, 28), (Assert.Single(handed.Uses).Path, handed.Uses[0].Line, handed.Uses[0].Column));
        Assert.Equal("Environment prod", Told(SecretResolution.Resolve(covering, known)));
        Assert.Equal(string.Empty, Told(SecretResolution.Resolve(covering, known with { Environments = new HashSet<string>() })));
    }

    [Fact]
    public async Task Where_a_secret_goes_is_followed_through_workflows_and_actions()
    {
        var searched = await Searched.InAsync(
            "KEY",
            ("ci.yml", "on: push\njobs:\n  call:\n    uses: acme/shared/.github/workflows/d.yml@v1\n    secrets: { t: \"${{ secrets.KEY }}\" }\n"),
            ("acme/shared@v1:.github/workflows/d.yml", "on: workflow_call\njobs:\n  d:\n    uses: ./.github/workflows/e.yml\n    secrets: { u: \"${{ secrets.T }}\" }\n"),
            ("acme/shared@v1:.github/workflows/e.yml", "on: workflow_call\njobs:\n  e:\n    steps:\n      - uses: acme/act/sub@v2\n        with: { Token: \"${{ secrets.u }}\" }\n"),
            ("acme/act@v2:sub/action.yaml", "runs:\n  using: composite\n  steps:\n    - uses: ./inner\n      with: { x: \"${{ inputs.token }}\" }\n"),
            ("inner/action.yml", "runs:\n  using: docker\n  args: [\"${{ inputs['X'] }}\", \"${{ inputs.y }}\"]\n"));
        var reference = Assert.Single(searched.References);
        Assert.Empty(searched.Failures);
        Assert.Equal((".github/workflows/ci.yml", 5, "call"), (reference.Spot.Path, reference.Spot.Line, reference.Job));
        Assert.Equal(
            [".github/workflows/d.yml:5", ".github/workflows/e.yml:6", "inner/action.yml:3", "sub/action.yaml:5"],
            reference.Uses.Select(static use => $"{use.Path}:{use.Line}"));
    }

    [Fact]
    public async Task Calls_in_circles_and_inputs_that_grow_come_to_an_end()
    {
        const string text = "on: [push, workflow_call]\njobs:\n  again:\n    uses: ./.github/workflows/ci.yml\n    with: { x: \"${{ inputs.x }}a\" }\n    secrets: inherit\n  b:\n    uses: ./.github/workflows/ci.yml\n    secrets: { k: \"${{ secrets.K }}\" }\n  c:\n    steps: [{run: \"${{ secrets.K }}\"}]\n";
        var searched = await Searched.InAsync(text);
        Assert.Contains("11:32 Property K c -", searched.Lines());
    }

    [Fact]
    public async Task Aliases_that_unfold_without_end_are_a_failure()
    {
        var text = "on: push\na0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 30).Select(static n => $"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n")) + "jobs: {a: {steps: [{run: \"${{ secrets.K }}\"}]}}\n";
        Assert.Contains("aliases", Assert.Single((await Searched.InAsync(text)).Failures).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_workflow_is_told_what_starts_it_and_with_which_inputs()
    {
        var file = new WorkflowFile(".github/workflows/smoke.yml", "run-name: Smoke ${{ inputs.rotation }}\non:\n  push:\n  workflow_dispatch:\n    inputs:\n      rotation: {required: true}\n      depth: {type: choice, default: '1', options: ['1', \"2\"]}\njobs: {}\n"u8.ToArray());
        Assert.True(WorkflowTriggers.Read(file).Succeeded(out var triggers, out _));
        Assert.True(triggers.HasDispatch);
        Assert.Equal("Smoke ${{ inputs.rotation }}", triggers.RunName);
        Assert.Equal([("rotation", true, null, "string", ""), ("depth", false, "1", "choice", "1,2")], triggers.Inputs.Select(static input => (input.Name, input.Required, input.Default, input.Type, string.Join(',', input.Options))));
        Assert.True(WorkflowTriggers.Read(file with { Content = "on: [push, workflow_dispatch]"u8.ToArray() }).Succeeded(out var list, out _) && list.HasDispatch && list.Inputs.Count == 0);
        Assert.NotNull(WorkflowTriggers.Read(file with { Content = "- x"u8.ToArray() }).Failure);
        Assert.NotNull(WorkflowTriggers.Read(file with { Content = "[x"u8.ToArray() }).Failure);
    }

    private static string Told(IReadOnlyList<SecretScope> scopes) =>
        string.Join(',', scopes.Select(static scope => scope.Environment is null ? $"{scope.Kind}" : $"{scope.Kind} {scope.Environment}"));
}
