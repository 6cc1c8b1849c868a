using CsCheck;
using RotateSecrets.Consumers.Templates;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;
using RotateSecrets.Vault.Agents;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Agents;

public sealed class AgentConfigTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_configuration_in_HCL_tells_what_it_renders_from_which_secret_and_how_often()
    {
        File.WriteAllText(Path.Combine(folder, "app.ctmpl"), """{{ with secret "secret/data/app" }}{{ .Data.data.password }}{{ end }}""");
        var config = Read("agent.hcl", """
            # the agent of the proxy
            pid_file = "./pidfile"
            vault { address = "https://vault:8200" }
            auto_auth {
              method "approle" { config = { role_id_file_path = "role", list = ["a", "b",], } }
              sink "file" { config { path = "sink" } }
            }
            template_config { static_secret_render_interval = "90s" }
            template {
              contents = <<-EOF
                {{- with secret "secret/data/proxy/jwt" -}}
                key={{ .Data.data.value }} // "not a comment"
                {{- end }}
              EOF
              destination = "proxy.env"
              command = "kill -HUP ${PID} \"x\""
            }
            template { source = "app.ctmpl"  destination = "/etc/app.conf" }
            env_template "TOKEN" { contents = "{{ with secret \"kv/token\" }}{{ .Data.token }}{{ end }}" }
            """);

        Assert.Equal(TimeSpan.FromSeconds(90), config.Interval);
        Assert.Equal([Path.Combine(folder, "proxy.env"), "/etc/app.conf", null], config.Outputs.Select(static output => output.Destination));
        Assert.Equal(["secret/data/proxy/jwt#value", "secret/data/app#password", "kv/token#token"], config.Outputs.Select(static output => output.Reads.Single().ToString()));
        Assert.Equal("TOKEN", config.Outputs[2].Variable);
    }

    [Theory]
    [InlineData("""{ "template": { "contents": "{{ with secret \"secret/data/x\" }}{{ .Data.data.a }}{{ end }}", "destination": "/x" } }""")]
    [InlineData("""{ "template": [ { "contents": "{{ with secret \"secret/data/x\" }}{{ .Data.data.a }}{{ end }}", "destination": "/x" } ], }""")]
    [InlineData("""template = [ { contents = "{{ with secret \"secret/data/x\" }}{{ .Data.data.a }}{{ end }}", destination = "/x" } ]""")]
    public void In_whichever_form_a_template_stands_it_is_found(string text)
    {
        var config = Read("agent", text);
        Assert.Equal("secret/data/x#a", Assert.Single(Assert.Single(config.Outputs).Reads).ToString());
        Assert.Equal(TimeSpan.FromMinutes(5), config.Interval);
    }

    [Theory]
    [InlineData("""{{ with secret "secret/proxy/jwt" }}{{ .Data.data.value }}{{ end }}""")]
    [InlineData("""{{ with $s := secret "secret/proxy/jwt" }}{{ index $s.Data.data "value" }}{{ end }}""")]
    [InlineData("""{{ with secret "secret/proxy/jwt" }}{{ .Data.data | toJSON }}{{ end }}""")]
    public void A_path_that_leaves_data_out_as_the_agent_allows_leads_to_the_same_secret(string template)
    {
        var read = Assert.Single(AgentTemplate.Find(template));
        Assert.True(read.Reads(SecretAddress.Parse("vault:secret/proxy/jwt#value")), read.ToString());
        Assert.False(read.Reads(SecretAddress.Parse("vault:secret/proxy/other#value")), read.ToString());
    }

    [Fact]
    public void The_files_of_a_folder_count_together()
    {
        File.WriteAllText(Path.Combine(folder, "a.hcl"), """template_config { static_secret_render_interval = "10m" }""");
        File.WriteAllText(Path.Combine(folder, "b.json"), """{"template":[{"contents":"{{ secret \"secret/data/x\" }}","destination":"/x"}]}""");
        File.WriteAllText(Path.Combine(folder, "c.txt"), "this is none {{{");
        var config = RotationHouse.Value(AgentConfig.Read(folder));
        Assert.Equal(TimeSpan.FromMinutes(10), config.Interval);
        Assert.Single(config.Outputs);
    }

    [Theory]
    [InlineData("template {\n  contents = \"the token s.hidden\n}", 2)]
    [InlineData("template {\n\n contents = <<EOF\ns.hidden\n", 5)]
    [InlineData("a = [ 1,\n 2", 2)]
    [InlineData("template {", 1)]
    [InlineData("{ \"template\": s.hidden }", 1)]
    [InlineData("= s.hidden", 1)]
    public void What_cannot_be_read_is_told_by_its_line_and_never_by_its_text(string text, int line)
    {
        var path = Path.Combine(folder, "agent.hcl");
        File.WriteAllText(path, text);
        var failure = AgentConfig.Read(path).Failure;
        Assert.Equal(FailureCode.DocumentInvalid, failure?.Code);
        Assert.Contains($"line {line}", failure!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_file_that_is_not_there_is_named()
    {
        var path = Path.Combine(folder, "agent.hcl");
        File.WriteAllText(path, """template { source = "nowhere.ctmpl" destination = "/x" }""");
        var failure = AgentConfig.Read(path).Failure;
        Assert.Equal(FailureCode.FileNotFound, failure?.Code);
        Assert.Contains("nowhere.ctmpl", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_a_configuration_or_one_failure() => Gen.Int.Sample(
        static seed =>
        {
            var random = new Random(seed);
            string[] parts = ["template", "{", "}", "[", "]", "=", "\"", "<<EOF\n", "EOF\n", "${", "\\", "#", "/*", "\n", " x ", "1", ",", "{{ with secret ", "`", "\0", "é", "\ud800"];
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => parts[random.Next(parts.Length)]));
            var outcome = HclReader.Read(text, "x");
            return AgentTemplate.Find(text).All(static read => read.Path.Length >= 0) && (outcome.Failure is null || outcome.Failure.Code == FailureCode.DocumentInvalid);
        });

    [Fact]
    public void A_secret_is_found_by_its_address_whichever_engine_keeps_it()
    {
        var reads = Read("agent.hcl", """
            template { contents = "{{ with secret \"secret/data/a\" }}{{ .Data.data.x }}{{ end }}{{ with secret \"kv/b\" }}{{ .Data.y }}{{ end }}" destination = "/x" }
            """).Outputs[0].Reads;
        Assert.Contains(reads, static read => read.Reads(SecretAddress.Parse("vault:secret/a#x")));
        Assert.Contains(reads, static read => read.Reads(SecretAddress.Parse("vault:kv/b#y")));
        Assert.DoesNotContain(reads, static read => read.Reads(SecretAddress.Parse("vault:secret/a#y")));
        Assert.DoesNotContain(reads, static read => read.Reads(SecretAddress.Parse("vault:secret/b#x")));
    }

    private AgentConfig Read(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return RotationHouse.Value(AgentConfig.Read(path));
    }
}
