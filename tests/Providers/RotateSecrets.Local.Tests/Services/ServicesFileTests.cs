using System.Text;
using CsCheck;
using RotateSecrets.Consumers;
using RotateSecrets.Local.Services;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Services;

public sealed class ServicesFileTests
{
    private const string Good =
        """
        // what runs here
        {
          "services": [
            {
              "name": "proxy",
              "command": ["dotnet", "proxy.dll", "--urls", "http://127.0.0.1:{port}"],
              "workingDirectory": "app",
              "environment": { "PROXY_REPLICA": "{replica}", "TOKEN": "hunter2-canary", "Path": "/x", "PATH": "/bin" },
              "replicas": 3,
              "ports": [8081, 8082, 8083],
              "health": "http://127.0.0.1:{port}/healthz",
              "secrets": [
                { "address": "local:A", "environment": "A" },
                { "address": "local:A", "stage": "Pending", "environment": "A_PENDING" },
                { "address": "local:B", "file": "run/{replica}.secret" },
                { "address": "local:B", "stage": "previous", "file": "run/old", "uptake": "Restart" },
              ],
              "startTimeoutSeconds": 31, "stopTimeoutSeconds": 11,
            },
            {
              "name": "gateway", "unit": "gateway@1.service", "scope": "user",
              "secrets": [
                { "address": "local:C", "environmentFile": "/etc/gateway.env", "environment": "C" },
                { "address": "local:D", "file": "/etc/gateway/d" }
              ]
            },
          ]
        }
        """;

    [Fact]
    public void A_file_says_what_runs_and_what_it_reads()
    {
        var services = Read(Good).Services;

        var proxy = services[0];
        Assert.Equal((ServiceKind.Process, "/etc/services/app", 3), (proxy.Kind, proxy.WorkingDirectory, proxy.Replicas));
        Assert.Equal(["http://127.0.0.1:8081/healthz", "http://127.0.0.1:8083/healthz"], ((int[])[1, 3]).Select(replica => proxy.HealthOf(replica)!.AbsoluteUri));
        Assert.Equal("http://127.0.0.1:8082", proxy.Expand(proxy.Command[3], 2));
        Assert.Equal(("/x", "/bin"), (proxy.Environment["Path"], proxy.Environment["PATH"]));
        Assert.Equal((TimeSpan.FromSeconds(31), TimeSpan.FromSeconds(11)), (proxy.StartTimeout, proxy.StopTimeout));
        Assert.Equal(
            [
                (SecretStage.Current, "A", null, Uptake.Restart, false),
                (SecretStage.Pending, "A_PENDING", null, Uptake.Restart, true),
                (SecretStage.Current, null, "/etc/services/run/{replica}.secret", Uptake.Reload, false),
                (SecretStage.Previous, null, "/etc/services/run/old", Uptake.Restart, true),
            ],
            proxy.Secrets.Select(static secret => (secret.Stage, secret.Variable, secret.File, secret.Uptake, secret.IsOptional)));
        var gateway = services[1];
        Assert.Equal((ServiceKind.SystemdUnit, "gateway@1.service", true), (gateway.Kind, gateway.Unit, gateway.IsUserUnit));
        Assert.Equal([("C", "/etc/gateway.env", Uptake.Restart), (null, "/etc/gateway/d", Uptake.Reload)], gateway.Secrets.Select(static secret => (secret.Variable, secret.File, secret.Uptake)));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), 1), (gateway.StartTimeout, gateway.StopTimeout, gateway.Replicas));
    }

    [Theory]
    [InlineData("\"name\": \"proxy\"", "\"nmae\": \"proxy\"", "4:5: a service needs 'name': a text.", "5:7: a service has no 'nmae'; did you mean 'name'?")]
    [InlineData("\"name\": \"proxy\"", "\"name\": \"../x\"", "5:15: a service's name has letters")]
    [InlineData("\"name\": \"proxy\"", "\"name\": \"proxy\\n\"", "5:15: a service's name has letters")]
    [InlineData("\"name\": \"gateway\"", "\"name\": \"PROXY\"", "21:15: there are two services named 'PROXY'")]
    [InlineData("\"replicas\": 3", "\"replicas\": \"3\"", "9:19: 'replicas' is a text; write a whole number.")]
    [InlineData("\"replicas\": 3", "\"replicas\": 0", "9:19: 'replicas' must be a whole number from 1 to 1000.")]
    [InlineData("\"replicas\": 3", "\"replicas\": 2", "10:16: there are 3 ports for 2 replicas; write one for each.")]
    [InlineData("8082", "8081", "10:16: two replicas can't have one port.")]
    [InlineData("8082", "80820", "10:23: 'ports' must be a whole number from 1 to 65535.")]
    [InlineData("[8081, 8082, 8083]", "[]", "6:52: {port} stands here, and the service has no 'ports'.", "11:17: {port} stands here")]
    [InlineData("{replica}\", \"TOKEN", "{replcia}\", \"TOKEN", "8:41: {replcia} stands for nothing; did you mean 'replica'? (who means the braces doubles them).")]
    [InlineData("run/{replica}.secret", "run/{x}.secret", "15:41: {x} stands for nothing; there are: replica, port")]
    [InlineData("\"command\": [\"dotnet\", \"proxy.dll\", \"--urls\", \"http://127.0.0.1:{port}\"]", "\"command\": \"dotnet proxy.dll\"", "6:18: 'command' is a text; write a list.")]
    [InlineData("[\"dotnet\", ", "[\"-dotnet\", ", "6:18: 'command' is a list that begins with the program")]
    [InlineData("\"command\": [", "\"unit\": \"x.service\", \"command\": [", "4:5: a service has either 'command' (a process) or 'unit' (a systemd unit).")]
    [InlineData("\"scope\": \"user\"", "\"replicas\": 1", "21:67: 'replicas' belongs to a process; a unit has it in its own file.")]
    [InlineData("\"scope\": \"user\"", "\"scope\": \"me\"", "21:64: 'scope' is system or user.")]
    [InlineData("gateway@1.service", "--system", "21:34: this is no unit")]
    [InlineData("gateway@1.service", "gate*.service", "21:34: this is no unit")]
    [InlineData("PROXY_REPLICA", "PROXY-REPLICA", "8:22: 'PROXY-REPLICA' is no name of a variable")]
    [InlineData("\"TOKEN\": \"hunter2-canary\"", "\"TOKEN\": [\"hunter2-canary\"]", "8:63: 'TOKEN' is a list; write a text.")]
    [InlineData("\"TOKEN\": ", "\"A\": ", "8:22: 'A' stands here and under 'secrets'; keep it there.")]
    [InlineData("\"TOKEN\": ", "\"PATH\": ", "8:94: 'PATH' stands twice; keep one of them.")]
    [InlineData("hunter2-canary", "hunter2-canary\\u0000", "8:63: 'TOKEN' holds a zero character; take it out.")]
    [InlineData("\"health\": \"http://127.0.0.1:{port}/healthz\"", "\"health\": \"127.0.0.1:{port}\"", "11:17: this is no page")]
    [InlineData("\"health\": \"http://127.0.0.1:{port}/healthz\"", "\"health\": \"http://127.0.0.1:{port}{port}/healthz\"", "11:17: this is no page")]
    [InlineData("\"health\": \"http://127.0.0.1:{port}/healthz\"", "\"health\": \"http://127.0.0.1/healthz\"", "11:17: one page can't tell about 3 replicas; write {port} or {replica} into it.")]
    [InlineData("\"health\": \"http://127.0.0.1:{port}", "\"health\": \"http://me:hunter2-canary@127.0.0.1:{port}", "11:17: a name or password in an address is shown")]
    [InlineData("\"local:A\", \"environment\": \"A\"", "\"localA\", \"environment\": \"A\"", "13:22: This is no secret address: at character 7, there is no ':'")]
    [InlineData("\"stage\": \"Pending\"", "\"stage\": \"Revoked\"", "14:42: 'Revoked' is no stage; there are: Current, Pending, Previous.")]
    [InlineData("\"A_PENDING\"", "\"A\"", "12:18: two secrets can't both be the variable 'A'")]
    [InlineData("run/{replica}.secret", "run/old", "12:18: two secrets can't both be in /etc/services/run/old")]
    [InlineData("\"environment\": \"A\"", "\"environment\": \"A\", \"file\": \"x\"", "13:9: a secret is read from one place")]
    [InlineData("\"environment\": \"A\"", "\"stage\": \"Current\"", "13:9: a secret is read from 'environment' (a variable) or 'file'.")]
    [InlineData("\"environment\": \"A\"", "\"environment\": \"A\", \"uptake\": \"Reload\"", "13:9: a process can't read its environment again")]
    [InlineData("\"environment\": \"A\"", "\"environment\": \"A\", \"environmentFile\": \"x\"", "13:9: 'environmentFile' belongs to a systemd unit")]
    [InlineData("\"environmentFile\": \"/etc/gateway.env\", ", "", "23:9: a unit's environment is its own")]
    [InlineData("\"/etc/gateway/d\"", "\"/etc/{replica}\"", "24:9: a unit is one instance; its 'file' has no placeholders.")]
    [InlineData("\"services\"", "\"service\"", "2:1: a services file needs 'services': a list.", "3:3: a services file has no 'service'; did you mean 'services'?")]
    [InlineData("\"startTimeoutSeconds\": 31", "\"startTimeoutSeconds\": 1e300", "18:30: 'startTimeoutSeconds' must be a whole number from 1 to 86400.")]
    public void A_mistake_is_told_with_its_place_and_what_to_write(string right, string wrong, params string[] messages)
    {
        Assert.Contains(right, Good, StringComparison.Ordinal);
        var index = Good.IndexOf(right, StringComparison.Ordinal);
        var bad = Good[..index] + wrong + Good[(index + right.Length)..];

        Assert.True(ServicesFile.Read(Encoding.UTF8.GetBytes(bad), "/etc/services/f").Failed(out var failure, out _));

        Assert.Equal((FailureCode.DocumentInvalid, "/etc/services/f"), (failure.Code, failure.Target));
        var lines = failure.Message.Split(Environment.NewLine);
        Assert.Equal(messages.Length, lines.Length);
        Assert.All(messages.Zip(lines), static pair => Assert.StartsWith("/etc/services/f:" + pair.First, pair.Second, StringComparison.Ordinal));
        Assert.DoesNotContain("hunter", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_services_on_one_port_are_told_apart()
    {
        Assert.True(ServicesFile.Read(
            """
            { "services": [
              { "name": "a", "command": ["x"], "ports": [80], "secrets": [{ "address": "local:A", "environment": "A" }] },
              { "name": "b", "command": ["x"], "ports": [80], "secrets": [{ "address": "local:A", "environment": "A" }] } ] }
            """u8, "/f").Failed(out var failure, out _));
        Assert.Equal("/f:3:45: port 80 belongs to another service; give one of them another.", failure.Message);
    }

    [Fact]
    public void Whatever_is_done_to_a_good_file_it_is_read_or_refused_with_a_place()
    {
        var good = Encoding.UTF8.GetBytes(Good);
        string[] spice = ["\"", "{", "}", "[", "]", ",", ":", "null", "-1", "1e999", "{port}", "{x}", "\\u0000", "\\ud800", "\"\"", "\n", "\0", "ÿ", "//", "/*", "true", "../..", new('[', 60), new('9', 400)];
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var bytes = good.ToList();
                for (var change = random.Next(1, 4); change > 0; change--)
                {
                    var at = random.Next(bytes.Count);
                    var length = Math.Min(random.Next(20), bytes.Count - at);
                    switch (random.Next(4))
                    {
                        case 0:
                            bytes.RemoveRange(at, length);
                            break;
                        case 1:
                            bytes.InsertRange(at, Encoding.UTF8.GetBytes(spice[random.Next(spice.Length)]));
                            break;
                        case 2:
                            bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                            break;
                        default:
                            bytes[at] = (byte)random.Next(256);
                            break;
                    }
                }

                if (ServicesFile.Read([.. bytes], "/f").Succeeded(out var file, out var failure))
                {
                    // What is read can be used.
                    Assert.All(file.Services, static service => Assert.All(Enumerable.Range(1, service.Replicas), replica => service.HealthOf(replica)));
                }
                else
                {
                    Assert.All(failure.Message.Split(Environment.NewLine), static line => Assert.Matches("^/f:[1-9][0-9]*:[1-9][0-9]*: .+[.?]$", line));
                }
            },
            iter: 20_000);
    }

    [Fact]
    public void A_file_that_is_not_there_or_no_file_is_told_apart()
    {
        Assert.Equal(FailureCode.FileNotFound, ServicesFile.Load("/no/such/file").Failure?.Code);
        Assert.Equal(FailureCode.AccessDenied, ServicesFile.Load(Path.GetTempPath()).Failure?.Code);
        Assert.Equal(FailureCode.DocumentInvalid, ServicesFile.Load("/dev/zero").Failure?.Code);
        Assert.Equal(FailureCode.DocumentInvalid, ServicesFile.Load("/dev/null").Failure?.Code);
    }

    [Fact]
    public async Task Every_secret_of_a_service_has_the_service_as_a_consumer()
    {
        var folder = Directory.CreateTempSubdirectory("rotatesecrets-");
        try
        {
            var path = Path.Combine(folder.FullName, "services.json");
            await File.WriteAllTextAsync(path, Good, TestContext.Current.CancellationToken);
            var source = new ServiceConsumerSource(Path.GetRelativePath(Environment.CurrentDirectory, path));

            Assert.Equal(["A proxy", "B proxy", "C gateway", "D gateway"], (await FindAsync(source, null)).Select(static one => $"{one.Address.Path} {one.Name}"));
            var proxy = Assert.Single(await FindAsync(source, SecretAddress.Parse("LOCAL:A")));
            Assert.Equal(("Process", path, 3, Uptake.Restart), (proxy.Kind, proxy.Scope, proxy.Replicas, proxy.Uptake));
            Assert.Equal(["EnvironmentVariable A (Restart)", "EnvironmentVariable A_PENDING (Restart)"], proxy.References.Select(static one => one.ToString()));
            Assert.Equal(["http://127.0.0.1:8081/healthz", "http://127.0.0.1:8082/healthz", "http://127.0.0.1:8083/healthz"], proxy.Health.Select(static page => page.AbsoluteUri));

            // An edit counts at once.
            await File.WriteAllTextAsync(path, Good.Replace("local:A\"", "local:Z\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
            Assert.Empty(await FindAsync(source, SecretAddress.Parse("local:A")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<List<Consumer>> FindAsync(ServiceConsumerSource source, SecretAddress? address)
    {
        var consumers = new List<Consumer>();
        await foreach (var found in source.FindAsync(address, TestContext.Current.CancellationToken))
        {
            Assert.True(found.Succeeded(out var consumer, out var failure), failure?.ToString());
            consumers.Add(consumer!);
        }

        return consumers;
    }

    private static ServicesFile Read(string text)
    {
        Assert.True(ServicesFile.Read(Encoding.UTF8.GetBytes(text), "/etc/services/f").Succeeded(out var file, out var failure), failure?.ToString());
        return file!;
    }
}
