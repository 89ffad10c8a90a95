using Criterion.Losses;

namespace Criterion.Training;

/// <summary>The base of a discriminator's penalty that a program defines itself.</summary>
/// <example><code>
/// sealed record FakeScorePenalty() : CustomPenalty(weight: 0.1)
/// {
///     public override Tensor Forward(Func&lt;Tensor, Tensor&gt; discriminator, Tensor real, Tensor fake, RandomStream random) =&gt;
///         discriminator(fake).Abs().Mean() * Weight;
/// }
/// </code></example>
public abstract record CustomPenalty : Penalty
{
    /// <summary>Initializes the penalty.</summary>
    /// <param name="weight">The weight; must be 0 or more.</param>
    protected CustomPenalty(double weight)
        : base(weight)
    {
    }

    /// <summary>Computes the penalty, its weight included, which is added to the loss of the discriminator.</summary>
    /// <param name="discriminator">Maps samples to logits.</param>
    /// <param name="real">The real samples, <c>[N, …]</c>.</param>
    /// <param name="fake">The generated samples, <c>[N, …]</c>, detached from the generator.</param>
    /// <param name="random">The stream of random numbers to draw from; a checkpoint holds its position.</param>
    /// <returns>A scalar.</returns>
    public abstract Tensor Forward(Func<Tensor, Tensor> discriminator, Tensor real, Tensor fake, RandomStream random);
}
