using System.Text.Json.Serialization;
using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// A GAN loss of the differences between real and generated logits. It is symmetric: the generator's part is the discriminator's with real
/// and fake exchanged, so the generator needs the real logits too.
/// </summary>
/// <remarks>
/// Nothing is detached. In the discriminator's part gradients flow through both kinds of logits and both means; in the generator's part
/// through the fake logits and their mean, while the real ones, from a frozen discriminator on real images, have no gradient.
/// </remarks>
public abstract record RelativisticGanLoss : GanLoss
{
    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override bool NeedsReal => true;

    /// <inheritdoc/>
    public sealed override Tensor Generator(Tensor fake, Tensor? real = null) => real is not null
        ? Discriminator(fake, real)
        : throw new LossException(
            $"{Name}: the generator's loss needs real logits, and real is null. Pass those of a real batch: Generator(fake, real).");
}

/// <summary>
/// A relativistic GAN loss of each logit against the mean of the other kind: L_D = E[φ(r − E[f])] + E[φ(E[r] − f)] and L_G = E[φ(f − E[r])]
/// + E[φ(E[f] − r)].
/// </summary>
/// <remarks>The batches may differ in size. Some papers halve both parts; this loss does not.</remarks>
public abstract record RelativisticAverageGanLoss : RelativisticGanLoss
{
    /// <summary>Gets φ, the term of a difference.</summary>
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
    public override IEnumerable<LossCurve> Curves() =>
        [Curve(DifferenceTerm, "discriminator", "r − mean of f"), Curve(DifferenceTerm, "generator", "f − mean of r")];
}

/// <summary>A relativistic GAN loss of pairs: L_D = E[φ(rᵢ − fᵢ)] and L_G = E[φ(fᵢ − rᵢ)].</summary>
/// <remarks>
/// The i-th real and generated logits form a pair, so the batches must have the same size. The pairing itself is arbitrary.
/// </remarks>
public abstract record RelativisticPairedGanLoss : RelativisticGanLoss
{
    /// <summary>Gets φ, the term of a difference.</summary>
    protected internal abstract UnaryFormula DifferenceTerm { get; }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The logits differ in shape.</exception>
    public sealed override Tensor Discriminator(Tensor real, Tensor fake) => NotEmpty(real).Shape == NotEmpty(fake).Shape
        ? DifferenceTerm.MeanOfDifference(real, fake)
        : throw new ShapeException(
            $"{Name}: real logits {real.Shape} and fake logits {fake.Shape} do not form pairs. "
                + "Use batches of the same size, or a RelativisticAverage loss.");

    /// <inheritdoc/>
    public override string ToLatex() =>
        $"""
        L_D = {LatexMean(DifferenceTerm, @"\left(r_i - f_i\right)")}
        L_G = {LatexMean(DifferenceTerm, @"\left(f_i - r_i\right)")}
        """;

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
        [Curve(DifferenceTerm, "discriminator", "r − f"), Curve(DifferenceTerm, "generator", "f − r")];
}
