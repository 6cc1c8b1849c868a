using System.Management.Automation;

namespace RotateSecrets.Lifecycle;

/// <summary>What happens as the module goes. Import-Module -Force removes and imports; nothing needs doing on import.</summary>
public sealed class ModuleLifecycle : IModuleAssemblyCleanup
{
    /// <summary>Closes what this runspace has connected. A second call finds nothing to close.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo) => _ = RunspaceSession.EndCurrentAsync().AsTask();
}
