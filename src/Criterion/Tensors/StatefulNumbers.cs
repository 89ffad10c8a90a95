namespace Criterion;

/// <summary>
/// Variables of a training loop as a part of its state: a best metric, the k of a <c>BoundaryEquilibriumController</c>, the running means
/// of a <c>LeCamPenalty</c>.
/// </summary>
/// <example><code>
/// double best = double.PositiveInfinity;
/// StatefulNumbers numbers = new(() =&gt; [best], values =&gt; best = values[0]);
/// Checkpoint.Write(path, step, ("model", model), ("optimizer", optimizer), ("numbers", numbers));
/// </code></example>
public sealed class StatefulNumbers : IStateful
{
    const string Name = "values";

    readonly Func<IReadOnlyList<double>> _get;
    readonly Action<IReadOnlyList<double>> _set;

    /// <summary>Initializes a part.</summary>
    /// <param name="get">Returns the present values, always the same number of them.</param>
    /// <param name="set">Sets the variables to saved values.</param>
    public StatefulNumbers(Func<IReadOnlyList<double>> get, Action<IReadOnlyList<double>> set)
    {
        ArgumentNullException.ThrowIfNull(get);
        ArgumentNullException.ThrowIfNull(set);
        (_get, _set) = (get, set);
    }

    /// <summary>Returns the state: <c>values</c>, Float64 <c>[count]</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() =>
        new OrderedDictionary<string, Tensor> { [Name] = Tensor.From([.. _get()], [_get().Count]) };

    /// <summary>Sets the variables to saved values.</summary>
    /// <param name="state">The state.</param>
    /// <exception cref="StateDictException">The name or the number of values does not match; nothing was changed.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateMatch.Check(nameof(StatefulNumbers), StateDict(), state);
        _set(state[Name].Detach().To(DType.Float64).ToArray<double>());
    }
}
