using System.Text.Json.Nodes;

namespace Criterion.Bench;

/// <summary>What differs between the libraries that a worker measures.</summary>
internal interface ISide<TTensor>
{
    /// <summary>Gets the cases by name. The function creates the inputs; one call of its result runs the case once.</summary>
    IReadOnlyDictionary<string, Func<Sizes, Func<TTensor[]>>> Cases { get; }

    /// <summary>Gets the versions of the library and its kernels, for the head of the table.</summary>
    JsonObject Versions { get; }

    /// <summary>Runs the action in a scope that releases its tensors.</summary>
    void RunInScope(Action action);

    /// <summary>Copies a result to an array.</summary>
    float[] Values(TTensor result);

    /// <summary>Measures the limits of the machine, if this side can.</summary>
    JsonObject Limits();
}
