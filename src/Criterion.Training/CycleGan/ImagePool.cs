namespace Criterion.Training;

/// <summary>
/// Earlier images of a generator. A discriminator that is also trained on these does not only follow the newest ones. Source: Shrivastava
/// et al., 2017; Zhu et al., CycleGAN, 2017, section 4.
/// </summary>
/// <param name="capacity">The number of images in the pool; not negative, 0 to return every image as it is. In the paper: 50.</param>
/// <param name="random">The stream that selects the images.</param>
/// <remarks>Threads may exchange images with one pool at once, in an order that is then not deterministic.</remarks>
public sealed class ImagePool(int capacity, RandomStream random) : IStateful
{
    readonly int _capacity = capacity >= 0
        ? capacity
        : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "ImagePool: the capacity must not be negative. "
            + "Give 0 for no pool.");

    readonly Lock _gate = new();
    readonly List<Tensor> _images = [];
    readonly RandomStream _random = random ?? throw new ArgumentNullException(nameof(random));

    /// <summary>Gets the number of images in the pool.</summary>
    public int Count => _images.Count;

    /// <summary>
    /// Exchanges images for as many others. While the pool fills, each image is added and returned. After that each image is returned with
    /// probability ½; otherwise it replaces an image of the pool, which is returned.
    /// </summary>
    /// <param name="images">The images, <c>[N, C, H, W]</c>; they are detached from the graph.</param>
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
            OrderedDictionary<string, Tensor> state = new(new StateGroup(("random", _random)).StateDict());
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
            _random.LoadStateDict(StateGroup.Part(state, "random"));
            _images.Clear();
            _images.AddRange(StateGroup.Part(state, "images").Values.Select(Own));
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

    // The copy outlives the step.
    static Tensor Own(Tensor image)
    {
        using (TensorScope.Suspend())
        {
            return image.Clone();
        }
    }
}
