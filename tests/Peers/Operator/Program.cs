using Operator;
using RotateSecrets.Consumers;
using RotateSecrets.Local.Replicas;
using RotateSecrets.Secrets;

// Arguments: a services file, its service, what to do, the run, and "hurried" to wait for nobody's health. Says "ready", waits for a line, does it, and says what happens. The values come from the environment:
// CURRENT, PENDING, PREVIOUS.
var consumer = new Consumer("Process", args[1], args[0], SecretAddress.Parse("local:X"), [new ConsumerReference("EnvironmentVariable", "SECRET", Uptake.Restart)]);
var control = new ProcessConsumerControl(TimeProvider.System);
var request = new RestartRequest(args[3], new EnvironmentSecrets(), TimeProvider.System) { Wait = args is not [.., "hurried"] };
Console.WriteLine("ready");
Console.ReadLine();
var work = args[2] switch
{
    "start" => control.StartAsync(consumer, request, default),
    "restart" => control.RestartAsync(consumer, request, default),
    _ => control.StopAsync(consumer, request, default),
};
await foreach (var happened in work)
{
    Console.WriteLine(happened.Succeeded(out var passed, out var failure) ? $"{passed.Instance} {passed.Phase}" : failure.ToString());
}

return 0;
