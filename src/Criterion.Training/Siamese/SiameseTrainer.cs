using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training;

/// <summary>
/// Trains an encoder to embed images of one class close together. All images of a pair or triplet pass through the same weights.
/// </summary>
public sealed class SiameseTrainer : Trainer<SiameseStep>
{
    readonly SiameseOptions _options;
    readonly PairSampler _sampler;
    readonly TrainedNetworks _encoder;

    /// <summary>Creates a trainer at step 0.</summary>
    /// <param name="encoder">The encoder: images to embeddings <c>[N, D]</c>.</param>
    /// <param name="data">The labelled images.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="TrainingException">An option is out of range, or the data have no labels or too few classes.</exception>
    public SiameseTrainer(Module encoder, ImageDataset data, SiameseOptions options)
        : base(Checked(encoder, options).OnNan, (nameof(encoder), encoder))
    {
        _options = options;
        _sampler = new PairSampler(data, options.BatchSize, new RandomStream(options.Seed).Fork(21));
        _encoder = new TrainedNetworks(encoder, parameters => new Adam(parameters, options.LearningRate));
    }

    private protected override IEnumerable<(string Name, IStateful Part)> Parts => [("pairs", _sampler), ("encoder", _encoder)];

    private protected override SiameseStep TrainStep()
    {
        _encoder.Train();
        NanSearch seen = new();
        Tensor loss = _options.Objective.Loss(Encode, _sampler);
        double value = Finite(loss.Item(), "loss", seen, static seen => seen);
        double norm = Finite(_encoder.Differentiate(loss), "gradient", seen, static seen => seen);
        _encoder.Update();
        return new SiameseStep { Loss = value, GradientNorm = norm };

        Tensor Encode(Tensor images)
        {
            Tensor embeddings = _encoder.Forward(images);
            seen.Add("images", images).Add("encoder", _encoder.Network).Add("embeddings", embeddings);
            return embeddings;
        }
    }

    static SiameseOptions Checked(Module encoder, SiameseOptions options)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        return options;
    }
}
