using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// An objective over how much more real a real image looks than a generated one, and the reverse. It is symmetric: the
/// generator's part is the discriminator's with real and fake exchanged, so that the generator needs the real logits too.
/// </summary>
/// <remarks>
/// Nothing is detached: in the discriminator's part the gradient flows through both kinds of logits and through both means; in the
/// generator's through the fake logits and their mean, while the real ones, seen by a frozen discriminator on real images, have none to
/// give.
/// </remarks>
public abstract record RelativisticGanLoss : GanLoss
{
    /// <inheritdoc/>
    public sealed override Tensor Generator(Tensor fake, Tensor? real = null) => real is not null
        ? Discriminator(fake, real)
        : throw new LossException(
            $"{Name}: the generator's loss compares generated with real images, and real is null. Pass the discriminator's logits of a real batch: Generator(fake, real).");
}

/// <summary>
/// The relativistic objective of each logit against the mean of the other kind: L_D = E[φ(r − E[f])] + E[φ(E[r] − f)] and
/// L_G = E[φ(f − E[r])] + E[φ(E[f] − r)].
/// </summary>
/// <remarks>The batches may differ in size. Some papers halve both parts; this does not.</remarks>
public abstract record RelativisticAverageGanLoss : RelativisticGanLoss
{
    /// <summary>φ, the cost of a lead.</summary>
    protected internal abstract UnaryFormula DifferenceTerm { get; }

    /// <inheritdoc/>
    public sealed override Tensor Discriminator(Tensor real, Tensor fake) =>
        DifferenceTerm.MeanAcross(NotEmpty(real), NotEmpty(fake));

    /// <inheritdoc/>
    public override string ToLatex() =>
        $"""
        L_D = {LatexMean(DifferenceTerm, @"\left(r - \bar f\right)")} + {LatexMean(DifferenceTerm, @"\left(\bar r - f\right)")}
        L_G = {LatexMean(DifferenceTerm, @"\left(f - \bar r\right)")} + {LatexMean(DifferenceTerm, @"\left(\bar f - r\right)")}
        """;

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve(DifferenceTerm, "discriminator", "r − mean of f"), Curve(DifferenceTerm, "generator", "f − mean of r")];
}

/// <summary>The relativistic objective of pairs: L_D = E[φ(rᵢ − fᵢ)] and L_G = E[φ(fᵢ − rᵢ)].</summary>
/// <remarks>The i-th real and generated logits are a pair, so that the batches must be of one size. Which is paired with which does not matter.</remarks>
public abstract record RelativisticPairedGanLoss : RelativisticGanLoss
{
    /// <summary>φ, the cost of a lead.</summary>
    protected internal abstract UnaryFormula DifferenceTerm { get; }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The logits differ in shape.</exception>
    public sealed override Tensor Discriminator(Tensor real, Tensor fake) => NotEmpty(real).Shape == NotEmpty(fake).Shape
        ? DifferenceTerm.MeanOfDifference(real, fake)
        : throw new ShapeException(
            $"{Name}: pairs need as many real as generated logits, and there are {real.Shape} and {fake.Shape}. Take equal batches, or a RelativisticAverage objective.");

    /// <inheritdoc/>
    public override string ToLatex() =>
        $"""
        L_D = {LatexMean(DifferenceTerm, @"\left(r_i - f_i\right)")}
        L_G = {LatexMean(DifferenceTerm, @"\left(f_i - r_i\right)")}
        """;

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() => [Curve(DifferenceTerm, "discriminator", "r − f"), Curve(DifferenceTerm, "generator", "f − r")];
}
