using System.Runtime.CompilerServices;
using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>A GAN loss whose parts are means over logits: L_D = E[real(r)] + E[fake(f)] and L_G = E[generator(f)].</summary>
public abstract record PointwiseGanLoss : GanLoss
{
    /// <summary>Gets the discriminator's term of a real logit.</summary>
    protected internal abstract UnaryFormula Real { get; }

    /// <summary>Gets the discriminator's term of a generated logit.</summary>
    protected internal abstract UnaryFormula Fake { get; }

    /// <summary>Gets the generator's term of a generated logit.</summary>
    protected internal abstract UnaryFormula Generated { get; }

    /// <inheritdoc/>
    public override Tensor Discriminator(Tensor real, Tensor fake) => Mean(Real, real) + Mean(Fake, fake);

    /// <inheritdoc/>
    public override Tensor Generator(Tensor fake, Tensor? real = null) => Mean(Generated, fake);

    /// <inheritdoc/>
    public override string ToLatex() =>
        $"""
        L_D = {LatexMean(Real, "r")} + {LatexMean(Fake, "f")}
        L_G = {LatexMean(Generated, "f")}
        """;

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        Curve(Real, "discriminator, real"),
        Curve(Fake, "discriminator, fake"),
        Curve(Generated, "generator"),
    ];

    /// <summary>Throws if a logit is outside the domain of the loss.</summary>
    protected virtual void Check(Tensor logits, string name)
    {
    }

    Tensor Mean(UnaryFormula term, Tensor logits, [CallerArgumentExpression(nameof(logits))] string name = "")
    {
        Check(NotEmpty(logits, name), name);
        return term.Mean(logits);
    }
}
