namespace Criterion.Training;

/// <summary>
/// Images that a generator made before: a discriminator that is also shown these does not run after the newest ones alone. Source:
/// Shrivastava et al., 2017; Zhu et al., CycleGAN, 2017, section 4.
/// </summary>
/// <param name="capacity">Images that it holds, 50 in the paper; with 0 every image passes through.</param>
/// <param name="random">Decides which images come back.</param>
/// <remarks>Threads may exchange images with one pool at once, in an order that is then not determined.</remarks>
public sealed class ImagePool(int capacity, RandomStream random) : IStateful
{
    readonly int _capacity = capacity >= 0
        ? capacity
        : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "ImagePool: the capacity can't be negative.");

    readonly Lock _gate = new();
    readonly List<Tensor> _images = [];
    RandomStream _random = random ?? throw new ArgumentNullException(nameof(random));

    /// <summary>How many images it holds.</summary>
    public int Count => _images.Count;

    /// <summary>
    /// Takes images and gives as many back: while it fills each as it is; then each with probability ½ as it is, or one from the
    /// pool, whose place it takes.
    /// </summary>
    /// <param name="images">[N, C, H, W]; gradients stop here.</param>
    public Tensor Exchange(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (_capacity == 0)
        {
            return images.Detach();
        }

        lock (_gate)
        {
            return Tensor.Cat([.. images.Detach().Split(1).Select(ExchangeOne)]);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        lock (_gate)
        {
            OrderedDictionary<string, Tensor> state = new() { ["random"] = _random.State() };
            for (int i = 0; i < _images.Count; i++)
            {
                state.Add($"images.{i}", _images[i]);
            }

            return state;
        }
    }

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        lock (_gate)
        {
            _random = state.Random("random");
            _images.Clear();
            _images.AddRange(state.Part("images").Values.Select(Own));
        }
    }

    Tensor ExchangeOne(Tensor image)
    {
        if (_images.Count < _capacity)
        {
            _images.Add(Own(image));
            return image;
        }

        if (_random.NextDouble() < 0.5)
        {
            return image;
        }

        int place = _random.NextInt(_images.Count);
        Tensor old = _images[place].Clone();
        _images[place].CopyFrom(image);
        return old;
    }

    // It outlives the step.
    static Tensor Own(Tensor image)
    {
        using (TensorScope.Suspend())
        {
            return image.Clone();
        }
    }
}
