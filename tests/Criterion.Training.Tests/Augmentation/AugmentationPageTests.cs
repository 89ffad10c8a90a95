namespace Criterion.Training.Tests;

/// <summary>The code of docs/augmentation.md.</summary>
public class AugmentationPageTests
{
    [Fact]
    public void Paired_images_are_augmented_alike()
    {
        Tensor photos = Tensor.Rand([3, 3, 8, 8], random: new RandomStream(1), low: -1, high: 1);

        (Tensor augmented, Tensor maps) = Augmented(photos, photos.Narrow(1, 0, 1), new RandomStream(2));

        Assert.NotEqual(photos.ToArray<float>(), augmented.ToArray<float>());
        Assert.Equal(augmented.Narrow(1, 0, 1).ToArray<float>(), maps.ToArray<float>());
    }

    static (Tensor Photos, Tensor Maps) Augmented(Tensor photos, Tensor maps, RandomStream random)
    {
        ImageTransform transform = new DiffAugment(colour: false, flip: true).Draw(photos.Shape, random);
        return (transform.Apply(photos), transform.Apply(maps));
    }
}
