using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>The Wasserstein objective: L_D = E[f] − E[r], L_G = −E[f], over the scores of a critic.</summary>
/// <remarks>
/// −L_D estimates the distance only for a critic whose slope is bounded: combine it with <see cref="GradientPenalty"/> or clip the
/// weights. Source: Arjovsky, Chintala, Bottou, Wasserstein GAN, 2017.
/// </remarks>
public sealed record Wasserstein : AdversarialObjective
{
    /// <inheritdoc/>
    public override Tensor Discriminator(Tensor real, Tensor fake) =>
        Formula.Mean(default(FakeTerm), fake) + Formula.Mean(default(RealTerm), real);

    /// <inheritdoc/>
    public override Tensor Generator(Tensor fake, Tensor? real = null) => Formula.Mean(default(RealTerm), fake);

    /// <summary>−r.</summary>
    public readonly struct RealTerm : IUnaryFormula
    {
        /// <inheritdoc/>
        public T Value<T>(T x)
            where T : struct, IReal<T> => -x;
    }

    /// <summary>f.</summary>
    public readonly struct FakeTerm : IUnaryFormula
    {
        /// <inheritdoc/>
        public T Value<T>(T x)
            where T : struct, IReal<T> => x;
    }
}
