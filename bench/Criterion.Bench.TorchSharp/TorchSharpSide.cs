using System.Reflection;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.Bench;

/// <summary>LibTorch through TorchSharp.</summary>
internal sealed class TorchSharpSide : ISide<Tensor>
{
    public IReadOnlyDictionary<string, Func<Sizes, Func<Tensor[]>>> Cases => Bench.Cases.All;

    public JsonObject Versions => new()
    {
        ["peer"] = $"LibTorch {torch.__version__} through TorchSharp {Version(typeof(torch))}",
        ["libraries"] = new JsonArray([.. Libraries().Select(static name => JsonValue.Create(name))]),
        ["threads"] = get_num_threads(),
    };

    public void RunInScope(Action action)
    {
        using DisposeScope scope = NewDisposeScope();
        action();
    }

    public float[] Values(Tensor result) => result.detach().contiguous().data<float>().ToArray();

    public JsonObject Limits() => throw new NotSupportedException("Limits: only Criterion's side measures the machine.");

    static string Version(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Lists the native libraries in this process that compute; none where the system does not tell.</summary>
    static IEnumerable<string> Libraries()
    {
        const string Maps = "/proc/self/maps";
        return File.Exists(Maps) ? File.ReadLines(Maps).Select(Path.GetFileName).OfType<string>().Where(IsKernel).Distinct().Order() : [];
    }

    static bool IsKernel(string name) =>
        name.StartsWith("libtorch_cpu", StringComparison.Ordinal) || name.StartsWith("libgomp", StringComparison.Ordinal);
}
