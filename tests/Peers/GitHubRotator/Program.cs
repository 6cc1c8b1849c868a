using GitHubRotator;
using RotateSecrets.Consumers;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Rotation.Running;
using RotateSecrets.Secrets;

// GitHubRotator <address> <journal> <verb> <id>: invoke, resume or undo. The token is GH_TOKEN, and ROTATESECRETS_HOME the folder for notes. Prints the state that the rotation ended in.
var (address, file, verb, id) = (args[0], args[1], args[2], args[3]);
await using var world = await World.OpenAsync(address, file);
var plan = new RotationPlan(SecretAddress.Parse("github:acme/proxy/JWT"))
{
    Runs = new RunRequest { Workflow = "smoke.yml", Direct = true },
    ConvergenceDeadline = TimeSpan.FromSeconds(60),
};
using var value = SecretValue.FromText("the new value");
var runner = new RotationRunner(world.Services);
var events = verb switch
{
    "invoke" => runner.RunAsync([plan], new RotationOptions { Value = value, LeaseTerm = TimeSpan.FromSeconds(3) }, default),
    "resume" => runner.ResumeAsync(id, new RotationOptions { LeaseTerm = TimeSpan.FromSeconds(3) }, default),
    _ => runner.UndoAsync(id, new RotationOptions { LeaseTerm = TimeSpan.FromSeconds(3) }, default),
};
var record = default(SecretRotation);
await foreach (var happened in events)
{
    if (happened.Succeeded(out var passed, out var failure))
    {
        if (record is null)
        {
            Console.WriteLine($"ROTATION {passed.RotationId}");
        }

        record = (record ?? new SecretRotation(passed.RotationId)).With(passed);
    }
    else
    {
        Console.WriteLine($"FAILURE {failure}");
    }
}

if (record is not null && (await world.Services.Journal.ReadAsync(record.Id, default)).Succeeded(out var all, out _))
{
    Console.WriteLine($"STATE {SecretRotation.Of(record.Id, all).State}");
}
