using System.Runtime.InteropServices;
using k8s;
using RotateSecrets.Peers.Kubelet;
using RotateSecrets.Peers.Kubelet.Cluster;
using RotateSecrets.Peers.Kubelet.Logs;
using RotateSecrets.Peers.Kubelet.Pods;
using RotateSecrets.Peers.Kubelet.Secrets;

if (KubeletOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync("Kubelet --run FOLDER --nodes N");
    return 64;
}

using var ended = new CancellationTokenSource();
void End(PosixSignalContext context)
{
    context.Cancel = true;
    ended.Cancel();
}

using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var api = new Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(options.Kubeconfig)));
using var calls = new ApiCalls(api, TimeProvider.System);
try
{
    await calls.UntilReadyAsync(ended.Token);
    await File.WriteAllTextAsync(Path.Combine(options.Run, "api"), string.Empty, ended.Token);

    var pods = new PodTable();
    await using var logs = await LogServer.StartAsync(options, pods);
    var nodes = await NodePool.RegisterAsync(calls, options.Nodes, logs.Port, ended.Token);
    var secrets = new SecretCache(calls);
    var house = new House(calls, secrets, nodes, new EventRecorder(calls, TimeProvider.System), options, TimeProvider.System);

    var watching = Task.WhenAll(secrets.WatchAsync(ended.Token), pods.WatchAsync(house, ended.Token));
    // Before its controllers have made this account, the cluster takes no pod.
    await calls.UntilAsync(token => api.CoreV1.ReadNamespacedServiceAccountAsync("default", "default", cancellationToken: token), ended.Token);
    await File.WriteAllTextAsync(Path.Combine(options.Run, "ready"), string.Empty, ended.Token);
    await watching;
}
catch (OperationCanceledException) when (ended.IsCancellationRequested)
{
    // This is how it ends.
}

return 0;
