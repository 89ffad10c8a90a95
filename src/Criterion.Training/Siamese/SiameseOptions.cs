using System.Text.Json.Serialization;

namespace Criterion.Training;

/// <summary>Everything that decides how a Siamese network is trained, apart from its encoder and data.</summary>
public sealed record SiameseOptions
{
    /// <summary>What is minimised.</summary>
    public SiameseObjective Objective { get; init; } = new CosinePairs();

    /// <summary>Adam's learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Pairs or triplets in a batch.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Steps to train for.</summary>
    public int Steps { get; init; } = 300;

    /// <summary>Classes that the network never sees, for evaluation: sandals, sneakers and bags of Fashion-MNIST.</summary>
    [JsonConverter(typeof(ValueListConverter<int>))]
    public ValueList<int> HeldOut { get; init; } = [5, 7, 8];

    /// <summary>What to do when a loss or gradient is no number.</summary>
    public NanPolicy OnNan { get; init; }

    /// <summary>Decides every random number.</summary>
    public ulong Seed { get; init; }
}
