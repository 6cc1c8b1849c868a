using RotateSecrets.Peers.Kubelet.Cluster;
using RotateSecrets.Peers.Kubelet.Secrets;

namespace RotateSecrets.Peers.Kubelet.Pods;

/// <summary>What all pods share.</summary>
internal sealed record House(ApiCalls Calls, SecretCache Secrets, NodePool Nodes, EventRecorder Events, KubeletOptions Options, TimeProvider Time);
