namespace KillTests;

public sealed class StagedKillTests(ITestOutputHelper output) : KilledRotation(output)
{
    [Fact]
    public Task A_killed_rotation_goes_on_or_back() => KillAsync("staged", "Staged", "invoke");
}

public sealed class SideBySideKillTests(ITestOutputHelper output) : KilledRotation(output)
{
    [Fact]
    public Task A_killed_rotation_goes_on_or_back() => KillAsync("side-by-side", "SideBySide", "invoke");
}

public sealed class OverwriteKillTests(ITestOutputHelper output) : KilledRotation(output)
{
    [Fact]
    public Task A_killed_rotation_goes_on_or_back() => KillAsync("overwrite", "Overwrite", "invoke");
}

public sealed class EmergencyKillTests(ITestOutputHelper output) : KilledRotation(output)
{
    [Fact]
    public Task A_killed_rotation_goes_on_or_back() => KillAsync("emergency", "Staged", "emergency");
}
