using System.Diagnostics;
using System.Reflection;

namespace RotateSecrets.Kubernetes.Tests.Hosting;

/// <summary>An API server of a test's own, beside the one that KUBECONFIG names: what is taken away here is missed by nobody else.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-kubernetes-").FullName;

    private OwnServer()
    {
    }

    public string KubeConfig => Path.Combine(folder, "kubeconfig");

    /// <summary>Starts it, of the parts of which the other one was made. Where that one is another cluster, the test is skipped.</summary>
    public static async Task<OwnServer> StartAsync()
    {
        TestCluster.Need();
        Assert.SkipUnless(
            File.Exists(Path.Combine(Path.GetDirectoryName(TestCluster.KubeConfig)!, "kube-apiserver.pid")), "KUBECONFIG names a cluster that isn't tests/Peers/kubernetes.sh's own: its server isn't restarted.");
        var server = new OwnServer();
        await server.RunAsync("up");
        return server;
    }

    /// <summary>Takes the API server away and brings it back, with all that was in it.</summary>
    public Task RestartAsync() => RunAsync("restart");

    public async ValueTask DisposeAsync()
    {
        await RunAsync("down");
        Directory.Delete(folder, recursive: true);
    }

    private async Task RunAsync(string verb)
    {
        var script = typeof(OwnServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static one => one.Key == "server").Value!;
        var start = new ProcessStartInfo(script, [verb]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ROTATESECRETS_KUBERNETES_RUN"] = folder;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{verb}: {await errors}");
    }
}
