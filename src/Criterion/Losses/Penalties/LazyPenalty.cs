namespace Criterion.Losses;

/// <summary>
/// Runs a costly penalty every k-th step only, times k, so that its pull stays the same (Karras et al., Analyzing and improving the image
/// quality of StyleGAN, 2019, appendix B).
/// </summary>
/// <remarks>
/// There the penalty's step is one of its own, so that Adam takes k + 1 steps where it took k: <see cref="Rescale"/> corrects its settings.
/// </remarks>
/// <param name="Interval">k, in steps: 16 for R1 and 4 for path length in the paper.</param>
/// <exception cref="ArgumentOutOfRangeException">The interval is below 1.</exception>
public sealed record LazyPenalty(int Interval)
{
    /// <inheritdoc cref="LazyPenalty(int)"/>
    public int Interval { get; init => field = Require.AtLeast(1, value, nameof(LazyPenalty)); } =
        Require.AtLeast(1, Interval, nameof(LazyPenalty));

    /// <summary>Whether the penalty runs in this step, counted from 0.</summary>
    public bool IsDue(long step) => step % Interval == 0;

    /// <summary>A penalty's value as it counts in a step in which it runs: k times.</summary>
    public Tensor Scale(Tensor penalty)
    {
        ArgumentNullException.ThrowIfNull(penalty);
        return penalty * Interval;
    }

    /// <summary>Adam's settings for a player whose penalty takes steps of its own: c = k / (k + 1) of the rate, and βᶜ.</summary>
    /// <param name="learningRate">The rate without lazy regularisation.</param>
    /// <param name="beta1">β₁ without it.</param>
    /// <param name="beta2">β₂ without it.</param>
    public (double LearningRate, double Beta1, double Beta2) Rescale(double learningRate, double beta1, double beta2)
    {
        double c = Interval / (Interval + 1.0);
        return (learningRate * c, Math.Pow(beta1, c), Math.Pow(beta2, c));
    }
}
