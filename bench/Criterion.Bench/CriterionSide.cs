using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json.Nodes;

namespace Criterion.Bench;

/// <summary>This checkout of Criterion.</summary>
internal sealed class CriterionSide : ISide<Tensor>
{
    public IReadOnlyDictionary<string, Func<Sizes, Func<Tensor[]>>> Cases => Bench.Cases.All;

    public JsonObject Versions => new()
    {
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["lanes"] = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128,
        ["threads"] = Compute.Threads,
    };

    public void RunInScope(Action action)
    {
        using TensorScope scope = new();
        action();
    }

    public float[] Values(Tensor result) => result.Detach().ToArray<float>();

    public JsonObject Limits() => new()
    {
        ["copy"] = Bench.Limits.Copy(Compute.Threads),
        ["peak"] = Bench.Limits.MultiplyAdd(Compute.Threads),
    };
}
