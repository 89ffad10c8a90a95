using Criterion.Nn;
using Criterion.Optim;

namespace Criterion.Training;

/// <summary>
/// Trains an encoder to embed similar images close together. All images of a batch pass through the same weights. The kind of the loss
/// decides what is similar and what a batch contains: see <see cref="EmbeddingOptions.Loss"/>.
/// </summary>
public sealed class EmbeddingTrainer : Trainer<EmbeddingStep>
{
    readonly EmbeddingObjective _objective;
    readonly TrainedNetworks _networks;
    readonly MomentumEncoder? _momentum;
    readonly ViewAugmentation? _augmentation;
    readonly RandomStream _changes;

    /// <summary>Creates a trainer at step 0.</summary>
    /// <param name="encoder">The encoder: images to embeddings <c>[N, D]</c>.</param>
    /// <param name="data">The images, with labels unless <see cref="EmbeddingOptions.Views"/> is set.</param>
    /// <param name="options">The options.</param>
    /// <param name="dimensions">
    /// D in training mode, which losses of class weights, a memory and a predictor need. Default: unknown.
    /// </param>
    /// <param name="slowEncoder">
    /// Another module of the architecture of the encoder, which <see cref="EmbeddingOptions.Momentum"/> needs; its weights are overwritten.
    /// Default: none.
    /// </param>
    /// <exception cref="TrainingException">
    /// An option is out of range, the data have no labels or too few classes, or a slow encoder is missing.
    /// </exception>
    public EmbeddingTrainer(
        Module encoder, ImageDataset data, EmbeddingOptions options, int? dimensions = null, Module? slowEncoder = null)
        : this(Checked(encoder, data, options), slowEncoder, options, EmbeddingObjective.Of(options, data, dimensions))
    {
    }

    EmbeddingTrainer(Module encoder, Module? slowEncoder, EmbeddingOptions options, EmbeddingObjective objective)
        : base(
            options.OnNan,
            objective.Trained is { } trained ? [(nameof(encoder), encoder), (trained.Name, trained.Module)] : [(nameof(encoder), encoder)])
    {
        _objective = objective;
        _augmentation = options.Augmentation ?? (options.Views ? new ViewAugmentation() : null);
        _changes = new RandomStream(options.Seed).Fork(23);
        _networks = objective.Trained is { } other
            ? new TrainedNetworks([("network", encoder), (other.Name, other.Module)], _ => Optimizer(encoder, other, options))
            : new TrainedNetworks(encoder, parameters => new Adam(parameters, options.LearningRate));
        _momentum = options.Momentum > 0 ? new MomentumEncoder(encoder, Slow(slowEncoder).Train(), options.Momentum) : null;
    }

    private protected override IEnumerable<(string Name, IStateful Part)> Parts =>
        [.. _objective.Parts, ("encoder", _networks), .. _momentum is null ? [] : new (string, IStateful)[] { ("momentum", _momentum) }];

    private protected override EmbeddingStep TrainStep()
    {
        _networks.Train();
        EmbeddingBatch batch = _objective.Next();
        Tensor images = _augmentation?.Apply(batch.Images, _changes.Fork((ulong)StepsDone)) ?? batch.Images;
        Tensor embeddings = _networks.Forward(images);
        NanSearch seen = new NanSearch().Add("images", images).Add("encoder", _networks.Network).Add("embeddings", embeddings);
        Tensor loss = batch.Loss(embeddings);
        double value = Finite(loss.Item(), "loss", seen, static seen => seen);
        (double spread, double collapsed) = Collapse(batch, embeddings);
        double norm = Finite(_networks.Differentiate(loss), "gradient", seen, static seen => seen);
        _networks.Update();
        _momentum?.Update();
        _objective.Keep(_momentum?.Forward(images) ?? embeddings);
        return new EmbeddingStep { Loss = value, CollapsedLoss = collapsed, Spread = spread, GradientNorm = norm };
    }

    // The loss of the same batch with the mean direction in place of each embedding: the margin of triplets, ln N of a softmax.
    static (double Spread, double Loss) Collapse(EmbeddingBatch batch, Tensor embeddings)
    {
        using (Autograd.NoGrad())
        {
            Tensor mean = UnitLength.Of(embeddings.Detach()).Mean(0, keepDim: true);
            double spread = 1 - (mean * mean).Sum().Item();
            return (spread, batch.Loss(UnitLength.Of(mean).Expand(embeddings.Shape).Contiguous()).Item());
        }
    }

    static Adam Optimizer(Module encoder, (string Name, Module Module, double? LearningRate) other, EmbeddingOptions options) => new(
        [new ParameterGroup(encoder.Parameters()), new ParameterGroup(other.Module.Parameters(), other.LearningRate)],
        options.LearningRate);

    static Module Slow(Module? encoder) => encoder ?? throw new TrainingException(
        $"EmbeddingTrainer: {nameof(EmbeddingOptions)}.{nameof(EmbeddingOptions.Momentum)} needs a second encoder. "
        + "Pass it as slowEncoder.");

    static Module Checked(Module encoder, ImageDataset data, EmbeddingOptions options)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        return encoder;
    }
}
