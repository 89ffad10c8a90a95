using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A GAN loss: one part for the discriminator and one for the generator, both over logits of any shape (one for each image, or a map of
/// patches).
/// </summary>
/// <remarks>
/// Detaching is up to the caller. The discriminator's part gets the logits of <c>fake.Detach()</c>, so that no gradient reaches the
/// generator. The generator's part gets the logits of the undetached images from a discriminator with frozen weights, which is
/// differentiable by its input. E is the mean over images and patches alike.
/// </remarks>
public abstract partial record GanLoss : ICriterion
{
    /// <inheritdoc/>
    public virtual string ToLatex() => Latex.Text(Name);

    /// <inheritdoc/>
    public virtual IEnumerable<LossCurve> Curves() => [];

    /// <summary>Gets whether the generator's loss compares with the logits of real images, which it then gets. Default: false.</summary>
    [JsonIgnore]
    public virtual bool NeedsReal => false;

    /// <summary>Computes the discriminator's loss.</summary>
    /// <param name="real">The discriminator's logits of real images, of any shape.</param>
    /// <param name="fake">The discriminator's logits of generated images, detached from the generator.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="LossException">There are no logits, or one is outside the domain of the loss.</exception>
    public abstract Tensor Discriminator(Tensor real, Tensor fake);

    /// <summary>Computes the generator's loss.</summary>
    /// <param name="fake">The discriminator's logits of generated images.</param>
    /// <param name="real">The discriminator's logits of real images, required if <see cref="NeedsReal"/>.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="LossException">There are no logits, or one is outside the domain of the loss.</exception>
    public abstract Tensor Generator(Tensor fake, Tensor? real = null);

    /// <summary>Computes the mean loss of several discriminators, such as those of several scales.</summary>
    /// <remarks>
    /// Every discriminator has the same weight, whatever its number of patches. SPADE takes this mean; pix2pixHD's code takes the sum.
    /// </remarks>
    /// <param name="real">The logits of real images, for each discriminator.</param>
    /// <param name="fake">The logits of generated images, detached from the generator, for each discriminator.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The numbers of discriminators differ.</exception>
    /// <exception cref="LossException">There are no discriminators or no logits, or one is outside the domain of the loss.</exception>
    public Tensor Discriminator(IReadOnlyList<Tensor> real, IReadOnlyList<Tensor> fake)
    {
        FeatureListChecks.CheckCounts(Name, "discriminators", real, fake);
        return MeanOf([.. real.Zip(fake, Discriminator)]);
    }

    /// <summary>Computes the generator's mean loss against several discriminators.</summary>
    /// <remarks><inheritdoc cref="Discriminator(IReadOnlyList{Tensor}, IReadOnlyList{Tensor})" path="/remarks/node()"/></remarks>
    /// <param name="fake">The logits of generated images, for each discriminator.</param>
    /// <param name="real">The logits of real images, for each discriminator, required if <see cref="NeedsReal"/>.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ShapeException">The numbers of discriminators differ.</exception>
    /// <exception cref="LossException">There are no discriminators or no logits, or one is outside the domain of the loss.</exception>
    public Tensor Generator(IReadOnlyList<Tensor> fake, IReadOnlyList<Tensor>? real = null)
    {
        FeatureListChecks.CheckCounts(Name, "discriminators", fake, real ?? fake);
        return MeanOf([.. fake.Select((logits, i) => Generator(logits, real?[i]))]);
    }

    Tensor MeanOf(Tensor[] losses) => losses.Length > 0
        ? Tensor.Stack(losses).Mean()
        : throw new LossException($"{Name}: there are no discriminators. Pass the logits of at least one.");

    /// <summary>Gets the name that error messages begin with.</summary>
    protected string Name => GetType().Name;

    /// <summary>Returns the logits, or throws if there are none: their mean would be NaN.</summary>
    protected Tensor NotEmpty(Tensor logits, [CallerArgumentExpression(nameof(logits))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(logits, name);
        return logits.Count > 0
            ? logits
            : throw new LossException($"{Name}: there are no logits in {name} {logits.Shape}. Skip empty batches.");
    }

    /// <summary>Returns the mean of a term in LaTeX.</summary>
    protected static string LatexMean(UnaryFormula term, string name) => $@"\mathbb{{E}}\left[{term.ToLatex(name)}\right]";

    /// <summary>Returns a term as a function of the logit.</summary>
    protected static LossCurve Curve(UnaryFormula term, string name, string axis = "logit", double from = -4, double to = 4) =>
        new(name, axis, from, to, term.Map);
}
