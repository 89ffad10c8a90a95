namespace Criterion.Nn;

/// <summary>
/// The head of a projection discriminator: D(x, y) = ψ(φ) + ⟨Vᵧ, φ⟩, where φ are the features of an image, summed over its positions.
/// </summary>
/// <remarks>
/// It returns ψ(φ) followed by ⟨V, φ⟩ of every class, as a discriminator that classifies returns its logits, so that the score of any class
/// can be picked: see <see cref="Score"/>. In a network with spectral normalization both layers need it. Source: Miyato, Koyama, cGANs with
/// projection discriminator, 2018, equation 3.
/// </remarks>
public sealed class ProjectionHead : Module
{
    readonly Module _score;
    readonly Module _embedding;

    /// <summary>Initializes the head.</summary>
    /// <param name="score">ψ, such as <c>new Linear(features, 1)</c>.</param>
    /// <param name="embedding">V as a layer, such as <c>new Linear(features, classes, bias: false)</c>.</param>
    public ProjectionHead(Module score, Module embedding)
    {
        ArgumentNullException.ThrowIfNull(score);
        ArgumentNullException.ThrowIfNull(embedding);
        (_score, _embedding) = (Child("score", score), Child("embedding", embedding));
    }

    /// <summary>Returns the score of each image for one class, from what <see cref="Forward"/> returns.</summary>
    /// <param name="output">ψ(φ) and ⟨V, φ⟩, <c>[N, 1 + classes]</c>.</param>
    /// <param name="labels">The classes y, Int64 <c>[N]</c>.</param>
    /// <returns>D(x, y), <c>[N]</c>.</returns>
    /// <exception cref="ShapeException">The shapes do not match, or a class is out of range.</exception>
    /// <exception cref="DTypeException">The labels are not Int64.</exception>
    public static Tensor Score(Tensor output, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(labels);
        if (output.Rank != 2 || output.Shape[1] < 2 || labels.Rank != 1 || labels.Shape[0] != output.Shape[0])
        {
            throw new ShapeException($"ProjectionHead: scores must be [N, 1 + classes] and labels [N], but are {output.Shape} and "
                + $"{labels.Shape}. Give one label per image.");
        }

        Tensor classes = output.Narrow(1, 1, output.Shape[1] - 1);
        return (output.Narrow(1, 0, 1) + classes.Gather(1, labels.Unsqueeze(1))).Squeeze(1);
    }

    /// <summary>Computes ψ(φ) and ⟨V, φ⟩ of every class.</summary>
    /// <param name="input">The features, <c>[N, F, H, W]</c> or <c>[N, F]</c>.</param>
    /// <returns>The scores, <c>[N, 1 + classes]</c>.</returns>
    /// <exception cref="ShapeException">The features have another shape.</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Tensor features = input.Rank > 2 ? input.Flatten(2).Sum(2) : input;
        return Tensor.Cat([_score.Forward(features), _embedding.Forward(features)], 1);
    }
}
