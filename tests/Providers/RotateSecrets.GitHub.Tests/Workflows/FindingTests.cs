namespace RotateSecrets.GitHub.Tests.Workflows;

public sealed class FindingTests
{
    [Fact]
    public async Task A_name_is_found_where_it_stands_in_every_way_of_writing_a_text()
    {
        var searched = await Searched.InAsync("""
            on: push
            env:
              A: ${{ secrets.PLAIN }}
              B: '${{ secrets[''SINGLE''] }}'
              C: "é \t\" ${{ secrets['DOUBLE'] }}"
              D: plain over
                lines ${{ secrets.FOLDED_PLAIN }}
            jobs:
              build:
                runs-on: ubuntu-latest
                steps:
                  - run: |
                      first

                      curl -H "X: ${{ SECRETS.literal }}" https://x
                  - run: >-
                      folded
                      again ${{ contains(github.ref, 'secrets.NONE') && secrets
                      .SPLIT }}
                        further in ${{ secrets.Deep_1 }}
                  - {run: "echo ${{ secrets.FLOW }}", name: x}
                  - if: secrets.BARE != ''
                    with: { if: secrets.NONE }
                    run: "a \
                      b ${{ secrets.CONTINUED }}"
            """);

        Assert.Empty(searched.Failures);
        string[] expected =
        [
            "3:18 Property PLAIN - -", "4:21 Index SINGLE - -", "5:27 Index DOUBLE - -", "7:23 Property FOLDED_PLAIN - -",
            "15:35 Property LITERAL build -", "19:12 Property SPLIT build -", "20:36 Property DEEP_1 build -", "21:33 Property FLOW build -",
            "22:21 Property BARE build -", "25:25 Property CONTINUED build -",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), searched.Lines());
        Assert.All(searched.References.Where(static one => one.SecretName != "SINGLE"), static one => Assert.NotNull(one.Spot.Name));
    }

    [Theory]
    [InlineData("A*B")]
    [InlineData("*")]
    [InlineData("A B")]
    [InlineData("1AXB")]
    public async Task A_name_that_is_written_out_and_can_be_none_is_no_pattern(string name)
    {
        var workflow = $"on: push\njobs:\n  a:\n    steps:\n      - run: x ${{{{ secrets['{name}'] }}}}\n";
        Assert.Empty((await Searched.InAsync(workflow, "AXB")).References);
        Assert.Empty((await Searched.InAsync(workflow)).References);
    }

    [Fact]
    public async Task What_only_mentions_secrets_is_no_reference()
    {
        var searched = await Searched.InAsync("""
            # ${{ secrets.COMMENT }}
            name: uses ${{ secrets.NAME }}
            on:
              workflow_call:
                secrets:
                  DECLARED: { required: true, description: "pass ${{ secrets.NEVER }}" }
            jobs:
              a:
                runs-on: ubuntu-latest # ${{ secrets.COMMENT }}
                env:
                  A: secrets.TEXT
                  B: ${{ 'secrets.LITERAL' }} ${{ github.secrets.X }} ${{ format('{0}', 'secrets.Y') }} ${ secrets.Z } {{ secrets.Z }}
                  C: ${{ secrets.GITHUB_TOKEN }} ${{ mysecrets.X }} ${{ steps.secrets.outputs.x }}
                steps:
                  - run: echo secrets.TEXT $secrets.TEXT # ${ { secrets.X } }
            """);
        Assert.Empty(searched.Failures);
        Assert.Empty(searched.Lines());
        Assert.Equal(["13:22 Property GITHUB_TOKEN a - possible"], (await Searched.InAsync("""
            on: workflow_call
            jobs:
              a:
                runs-on: x
                steps:
                  - run: x
                env:





                  C: ${{ secrets.GITHUB_TOKEN }}
            """, "github_token")).Lines());
    }
}
