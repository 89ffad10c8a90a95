namespace Criterion.Optim;

/// <summary>A learning rate that schedules change.</summary>
/// <param name="owner">The object that errors name.</param>
internal sealed class ScheduledRate(string owner)
{
    public double Value
    {
        get;
        set => field = Require.NonNegative(value, owner, nameof(Optimizer.LearningRate));
    }

    /// <summary>Gets or sets the rate when the first schedule was created; null before.</summary>
    public double? Initial { get; set; }

    /// <summary>Gets or sets whether a schedule changes this rate.</summary>
    public bool IsScheduled { get; set; }

    /// <summary>Throws unless every rate of a state is valid.</summary>
    /// <param name="owner">The object that the error names.</param>
    /// <param name="state">The state.</param>
    /// <param name="names">The ends of the names of rates.</param>
    /// <exception cref="StateDictException">A rate is negative or not finite.</exception>
    public static void CheckState(string owner, IReadOnlyDictionary<string, Tensor> state, params ReadOnlySpan<string> names)
    {
        foreach ((string name, Tensor value) in state)
        {
            foreach (string end in names)
            {
                if (name.EndsWith(end, StringComparison.Ordinal) && value.Item() is not (>= 0 and < double.PositiveInfinity))
                {
                    throw new StateDictException(
                        $"{owner}: '{name}' of the state is {value.Item()}, but must be 0 or more, and finite. Load another state.");
                }
            }
        }
    }
}
