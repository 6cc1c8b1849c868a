using System.Globalization;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Running;
using Rotator;

// Arguments: the folder; invoke, emergency, resume or undo; the boundary at which to die, or -1. Says every event and failure, and how many boundaries were passed.
await using var world = await World.OpenAsync(args[0], int.Parse(args[2], CultureInfo.InvariantCulture));
var options = new RotationOptions { Emergency = args[1] == "emergency" };
var events = args[1] switch
{
    "resume" => world.Runner.ResumeAsync(await YoungestAsync(), options, default),
    "undo" => world.Runner.UndoAsync(await YoungestAsync(), options, default),
    _ => world.Runner.RunAsync([World.Of(world.Load(Path.Combine(args[0], "plan.json")))], options, default),
};
await foreach (var happened in events)
{
    Console.WriteLine(happened.Succeeded(out var passed, out var failure) ? passed.ToString() : failure.ToString());
}

Console.WriteLine($"boundaries: {world.Journal.Boundaries}");
return 0;

async Task<string> YoungestAsync()
{
    await foreach (var id in world.Journal.ListAsync(new RotationQuery(), CancellationToken.None))
    {
        return World.Of(id);
    }

    throw new InvalidOperationException("There is no rotation.");
}
