using RotateSecrets.HelpBuilder.Tests.Hosting;

namespace RotateSecrets.HelpBuilder.Tests;

/// <summary>What a user sees.</summary>
public sealed class GetHelpTests(HostedPowerShell shell)
{
    [Fact]
    public void The_module_s_own_help_shows()
    {
        var help = shell.Show("Get-Help Get-SecretStore -Full");

        Assert.Contains("SYNOPSIS\n    Shows the secret stores that are connected in this session.\n", help, StringComparison.Ordinal);
        Assert.Contains("SYNTAX\n    Get-SecretStore [[-Name] <string[]>] [<CommonParameters>]\n", help, StringComparison.Ordinal);
        Assert.Contains("    - A store that is Staged holds", help, StringComparison.Ordinal);
        Assert.Contains("    -Name <System.String[]>\n        Names of stores, or patterns", help, StringComparison.Ordinal);
        Assert.Contains("        Default value                *\n", help, StringComparison.Ordinal);
        Assert.Contains("        Accept wildcard characters?  true\n", help, StringComparison.Ordinal);
        Assert.Contains("OUTPUTS\n    RotateSecrets.Stores.StoreDescription\n        One object for each", help, StringComparison.Ordinal);
        Assert.Contains("RELATED LINKS\n    about_RotateSecrets\n", help, StringComparison.Ordinal);
    }

    [Fact]
    public void The_module_s_own_examples_parameters_and_topic_show()
    {
        Assert.Contains(
            "    ---------- Example 1: Show all connected stores ----------\n\n    Get-SecretStore\n",
            shell.Show("Get-Help Get-SecretStore -Examples"),
            StringComparison.Ordinal);
        Assert.StartsWith("\n-Name <System.String[]>\n    Names of stores", shell.Show("Get-Help Get-SecretStore -Parameter Name"), StringComparison.Ordinal);
        Assert.StartsWith("TOPIC\n    about_RotateSecrets\n\nSHORT DESCRIPTION\n    Rotates secrets", shell.Show("Get-Help about_RotateSecrets"), StringComparison.Ordinal);
        Assert.Equal("Rotates secrets without an outage, a leak or a doubt.\n", shell.Show("(Get-Help about_RotateSecrets).Synopsis.Trim()"));
    }

    [Fact]
    public void The_head_of_a_page_shows() => Assert.StartsWith(
        """

        NAME
            Set-Sample

        SYNOPSIS
            Sets a sample & more.


        SYNTAX
            Set-Sample [-Name] <string[]> [[-Stage] {Pending | Current}] [-Force] [<CommonParameters>]

            Set-Sample -Id <int> [[-Stage] {Pending | Current}] [<CommonParameters>]


        DESCRIPTION
            The first paragraph is one long line, with a link (https://example.org) and a page.

            1. one
            2. two
               - nested

            | Stage   | Means |
            | ------- | ----- |
            | Pending | <not> |

            code  as it is
              indented


        """,
        shell.Show("Get-Help Set-Sample -Full"),
        StringComparison.Ordinal);

    [Fact]
    public void All_of_a_parameter_shows()
    {
        Assert.Equal(
            """

            -Stage <RotateSecrets.Secrets.SecretStage>
                Its stage:

                - first
                - second

                Accepted values: Pending, Current

                Required?                    false
                Position?                    1
                Default value                Pending
                Accept pipeline input?       false
                Aliases                      none
                Accept wildcard characters?  false
            """,
            shell.Show("Get-Help Set-Sample -Parameter Stage").TrimEnd());
        Assert.Equal(
            """

            -Name <System.String[]>
                Its name.

                Required?                    true
                Position?                    0
                Default value                *
                Accept pipeline input?       true (ByValue, ByPropertyName)
                Aliases                      N, Nickname
                Accept wildcard characters?  true
            """,
            shell.Show("Get-Help Set-Sample -Parameter Name").TrimEnd());
        Assert.StartsWith("\n-Force\n    Sets it all the same.\n", shell.Show("Get-Help Set-Sample -Parameter Force"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_a_page_shows() => Assert.EndsWith(
        """
        INPUTS
            System.String
                A name.


        OUTPUTS
            None


        NOTES


                Mind this.

            ---------- Example 1: Set one ----------

            This comes before the code.

            $sample = 'a'
            Set-Sample -Name $sample

            Name  Stage
            a     Pending

            This comes after it.

            ---------- Example 2: Set another ----------

            Set-Sample b


        RELATED LINKS
            Online version: https://example.org/Set-Sample
            Get-Sample
            The standard https://example.org/standard
        """,
        shell.Show("Get-Help Set-Sample -Full").TrimEnd(),
        StringComparison.Ordinal);

    [Fact]
    public void A_topic_is_wrapped_text() => Assert.Equal(
        """
        TOPIC
            about_Sample

        SHORT DESCRIPTION
            Explains samples.

        LONG DESCRIPTION
            This paragraph is long enough that it has to be wrapped at the eightieth
            column, as plain text is.

            - an item of a list, which is just as long, so that its second line has to
              be set in as far as the first

              Get-Sample |
                  Set-Sample

          A part
            It has its own heading.

        SEE ALSO
            - Set-Sample
        """,
        shell.Show("Get-Help about_Sample").TrimEnd());
}
