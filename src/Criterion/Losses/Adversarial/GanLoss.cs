using System.Runtime.CompilerServices;
using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// What the two players of a GAN minimise, as a value: a part for the discriminator and a part for the generator, both over
/// logits of any shape (one for each image, or a map of patches).
/// </summary>
/// <remarks>
/// Who is held fixed: the discriminator's part gets logits of <c>fake.Detach()</c>, so that the generator is not reached; the
/// generator's part gets logits of the very images, through a discriminator whose weights are frozen but which is differentiable
/// by its input. No objective detaches anything itself. E is the mean over images and patches alike.
/// </remarks>
public abstract partial record GanLoss : ICriterion
{
    /// <inheritdoc/>
    public abstract string ToLatex();

    /// <inheritdoc/>
    public virtual IEnumerable<LossCurve> Curves() => [];

    /// <summary>The discriminator's loss.</summary>
    /// <param name="real">Its logits of real images, of any shape.</param>
    /// <param name="fake">Its logits of generated images, detached from the generator.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="LossException">There are no logits, or one on which the objective is not defined.</exception>
    public abstract Tensor Discriminator(Tensor real, Tensor fake);

    /// <summary>The generator's loss.</summary>
    /// <param name="fake">The discriminator's logits of generated images.</param>
    /// <param name="real">Its logits of real images, which relativistic objectives need.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="LossException">There are no logits, or one on which the objective is not defined.</exception>
    public abstract Tensor Generator(Tensor fake, Tensor? real = null);

    /// <summary>The name that errors give.</summary>
    protected string Name => GetType().Name;

    /// <summary>Refuses an empty batch, whose mean is no number.</summary>
    protected Tensor NotEmpty(Tensor logits, [CallerArgumentExpression(nameof(logits))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(logits, name);
        return logits.Count > 0
            ? logits
            : throw new LossException($"{Name}: there are no logits in {name} {logits.Shape}. Skip empty batches.");
    }

    /// <summary>The mean of a term in LaTeX.</summary>
    protected static string LatexMean(UnaryFormula term, string name) => $@"\mathbb{{E}}\left[{term.ToLatex(name)}\right]";

    /// <summary>A term along the logit.</summary>
    protected static LossCurve Curve(UnaryFormula term, string name, string axis = "logit", double from = -4, double to = 4) =>
        new(name, axis, from, to, term.Map);
}
