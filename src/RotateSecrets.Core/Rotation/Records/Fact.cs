namespace RotateSecrets.Rotation.Records;

/// <summary>The names of what events note for the module. They lie in journals on people's disks: none is ever renamed.</summary>
internal static class Fact
{
    public const string Address = "address";
    public const string Store = "store";
    public const string Strategy = "strategy";
    public const string Plan = "plan";
    public const string PlanHash = "planHash";
    public const string Emergency = "emergency";
    public const string Parent = "parent";
    public const string Child = "child:";
    public const string Run = "run";
    public const string Holder = "holder";
    public const string Fence = "fence";
    public const string Candidate = "candidate";
    public const string CandidateFingerprint = "candidateFingerprint";
    public const string Side = "side";
    public const string Previous = "previous";
    public const string PreviousFingerprint = "previousFingerprint";
    public const string StagedAt = "stagedAt";
    public const string PromotedAt = "promotedAt";
    public const string Restored = "restored";
    public const string RestoredFingerprint = "restoredFingerprint";
    public const string Revoking = "revoking";
    public const string RevokedAt = "revokedAt";
    public const string Outcome = "outcome";
    public const string Debt = "debt";
}
