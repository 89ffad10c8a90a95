using Criterion.Losses;

namespace Criterion.Training;

/// <summary>The losses that <see cref="EmbeddingOptions"/> accept by name.</summary>
public static class EmbeddingNames
{
    const string Triplet = "triplet";

    static readonly ObjectText<IEmbeddingLoss> Losses = new("loss of embeddings");

    /// <summary>Gets the names of the losses.</summary>
    public static IReadOnlyList<string> All => Losses.Names;

    /// <summary>
    /// Parses a loss: <c>NAME</c> or <c>NAME:option=value,…</c>, such as <c>multi-similarity:threshold=0.6</c>. The names are those of the
    /// catalogue, and <c>triplet</c> for <see cref="TripletMarginLoss"/>. The margin of <see cref="CosineEmbeddingLoss"/> is 0.5 unless it
    /// is given: with the default of the class all dissimilar pairs are pushed to an angle of 90°.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <exception cref="TrainingException">The name or an option is unknown, or the value of an option is invalid.</exception>
    public static IEmbeddingLoss Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (string name, string options) = ObjectText.Cut(text, ':');
        IEmbeddingLoss loss = Losses.Parse(ValueText.IsSame(name, Triplet) ? $"{LossName.Of(typeof(TripletMarginLoss))}:{options}" : text);
        bool hasMargin = ObjectText.Settings(options).Any(static setting => ValueText.IsSame(setting.Key, "margin"));
        return loss is CosineEmbeddingLoss cosine && !hasMargin ? cosine with { Margin = EmbeddingOptions.CosineMargin } : loss;
    }

    /// <summary>Returns the margin of a loss; null for one without a margin.</summary>
    internal static double? Margin(IEmbeddingLoss loss) => loss switch
    {
        ArcFaceLoss one => one.Margin,
        BatchTripletLoss one => one.Margin,
        CircleLoss one => one.Margin,
        ContrastiveLoss one => one.Margin,
        CosFaceLoss one => one.Margin,
        CosineEmbeddingLoss one => one.Margin,
        ProxyAnchorLoss one => one.Margin,
        TripletMarginLoss one => one.Margin,
        _ => null,
    };

    /// <summary>Returns the loss with another margin.</summary>
    /// <exception cref="TrainingException">It has no margin, or does not accept this one.</exception>
    internal static IEmbeddingLoss WithMargin(IEmbeddingLoss loss, double margin)
    {
        try
        {
            return loss switch
            {
                ArcFaceLoss one => one with { Margin = margin },
                BatchTripletLoss one => one with { Margin = margin },
                CircleLoss one => one with { Margin = margin },
                ContrastiveLoss one => one with { Margin = margin },
                CosFaceLoss one => one with { Margin = margin },
                CosineEmbeddingLoss one => one with { Margin = margin },
                ProxyAnchorLoss one => one with { Margin = margin },
                TripletMarginLoss one => one with { Margin = margin },
                _ => throw new TrainingException($"{loss.GetType().Name} has no single margin. Set the options of the loss instead."),
            };
        }
        catch (ArgumentException e)
        {
            throw new TrainingException(ErrorText.Of(e), e);
        }
    }
}
