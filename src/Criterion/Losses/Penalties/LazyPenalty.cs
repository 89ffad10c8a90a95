namespace Criterion.Losses;

/// <summary>
/// Lazy regularization: runs a costly penalty every k-th step only, multiplied by k (Karras et al., Analyzing and improving the image
/// quality of StyleGAN, 2019, appendix B).
/// </summary>
/// <remarks>
/// The penalty takes a separate optimizer step, so that Adam takes k + 1 steps instead of k: <see cref="Rescale"/> corrects its
/// settings.
/// </remarks>
public sealed record LazyPenalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="interval">
    /// k, the number of steps between penalties; must be at least 1. 16 for R1 and 4 for path length in the paper.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The interval is below 1.</exception>
    public LazyPenalty(int interval) => Interval = interval;

    /// <summary><inheritdoc cref="LazyPenalty(int)" path="/param[@name='interval']/node()"/></summary>
    public int Interval { get; init => field = Require.AtLeast(1, value, nameof(LazyPenalty)); }

    /// <summary>Returns whether the penalty runs in a step, counted from 0.</summary>
    public bool IsDue(long step) => step % Interval == 0;

    /// <summary>Returns a penalty multiplied by k.</summary>
    public Tensor Scale(Tensor penalty)
    {
        ArgumentNullException.ThrowIfNull(penalty);
        return penalty * Interval;
    }

    /// <summary>Computes Adam's settings for a network whose penalty takes its own steps: c = k / (k + 1) times the rate, and βᶜ.</summary>
    /// <param name="learningRate">The learning rate without lazy regularization.</param>
    /// <param name="beta1">β₁ without lazy regularization.</param>
    /// <param name="beta2">β₂ without lazy regularization.</param>
    public (double LearningRate, double Beta1, double Beta2) Rescale(double learningRate, double beta1, double beta2)
    {
        double c = Interval / (Interval + 1.0);
        return (learningRate * c, Math.Pow(beta1, c), Math.Pow(beta2, c));
    }
}
