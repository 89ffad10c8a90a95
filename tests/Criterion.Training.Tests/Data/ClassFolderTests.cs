using Criterion.Formats;

namespace Criterion.Training.Tests;

/// <summary>Subfolders of a folder are classes, in alphabetical order.</summary>
public sealed class ClassFolderTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Subfolders_label_their_images_in_alphabetical_order()
    {
        Write("dog/1.png", 20);
        Write("cat/b.png", 10);
        Write("cat/a.png", 11);
        Write("ant/deep/er/x.png", 30);

        ImageDataset data = ImageDataset.Load(_temp.Path);

        Assert.Equal(["ant", "cat", "dog"], data.ClassNames);
        Assert.Equal([0, 1, 1, 2], data.Labels!.ToArray<long>());
        Assert.Equal([30, 11, 10, 20], Levels(data));
        Assert.Empty(data.Notes);
        Assert.Equal($"4 images of {_temp.Path} (8×8, 3 classes: ant, cat, dog)", data.Description);
        Assert.Equal(["ant", "cat", "dog"], data.Select([3]).ClassNames);
        Assert.Equal([2], data.Select([3]).Labels!.ToArray<long>());
        Assert.Equal(["ant", "cat", "dog"], DataRecord.Of(data).Classes);
    }

    [Fact]
    public void A_flat_folder_has_no_classes()
    {
        Write("a.png", 1);
        Directory.CreateDirectory(_temp["notes"]);

        ImageDataset data = ImageDataset.Load(_temp.Path);

        Assert.Null(data.Labels);
        Assert.Empty(data.ClassNames);
        Assert.Equal($"1 image of {_temp.Path} (8×8)", data.Description);
    }

    [Fact]
    public void One_subfolder_is_one_class_which_only_trainings_of_classes_refuse()
    {
        Write("all/a.png", 1);
        Write("all/b.png", 2);

        ImageDataset data = ImageDataset.Load(_temp.Path);

        Assert.Equal(["all"], data.ClassNames);
        Assert.Equal([0, 0], data.Labels!.ToArray<long>());
        Assert.Contains(
            "needs at least two, and",
            Assert.Throws<TrainingException>(() => new GanRun(Tiny.Recipe("acgan"), data)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "has 1 class, and at least 2 are needed to tell apart. Add a class.",
            Assert.Throws<TrainingException>(
                () => new EmbeddingRun(new EmbeddingOptions().For(data), new EmbeddingNetwork(), data)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Images_beside_subfolders_of_images_are_refused_with_their_names()
    {
        Write("cat/a.png", 1);
        Write("dog/a.png", 1);
        Write("loose.png", 1);
        Write("more.png", 1);
        Assert.Contains(
            "has 2 images directly in it (loose.png, more.png) beside 2 subfolders of images (cat, dog)",
            Refusal(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_without_images_is_refused_by_name()
    {
        Write("cat/a.png", 1);
        Directory.CreateDirectory(_temp["dog/none"]);
        Assert.Contains("has a subfolder for each class, and dog has no PNG images.", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Hidden_folders_are_no_classes_and_their_images_are_named()
    {
        Write("cat/a.png", 1);
        Write("dog/a.png", 1);
        Write(".cache/b.png", 1);
        Directory.CreateDirectory(_temp[".git"]);

        ImageDataset data = ImageDataset.Load(_temp.Path);

        Assert.Equal(["cat", "dog"], data.ClassNames);
        Assert.Equal([$"1 image in hidden folders of '{_temp.Path}' was ignored: {Path.Combine(".cache", "b.png")}."], data.Notes);
    }

    [Fact]
    public void A_folder_of_hidden_images_alone_is_refused_with_them()
    {
        Write(".cache/b.png", 1);
        Assert.Contains(
            $"has no PNG images, except 1 in hidden folders ({Path.Combine(".cache", "b.png")})", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_of_other_formats_are_refused_with_their_number_and_names()
    {
        Write("cat/a.png", 1);
        File.WriteAllText(_temp["cat/b.jpg"], "x");
        File.WriteAllText(_temp["cat/c.jpg"], "x");
        string names = $"({Path.Combine("cat", "b.jpg")}, {Path.Combine("cat", "c.jpg")})";
        Assert.Contains($"1 PNG image and 2 of unsupported formats: 2 .jpg {names}.", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_with_classes_are_joined_by_name()
    {
        Write("a/dog/1.png", 1);
        Write("a/cat/1.png", 2);
        Write("b/dog/1.png", 3);
        Write("b/ant/1.png", 4);

        ImageDataset data = ImageDataset.Load([_temp["a"], _temp["b"]]);

        Assert.Equal(["ant", "cat", "dog"], data.ClassNames);
        Assert.Equal([1, 2, 0, 2], data.Labels!.ToArray<long>());
        Assert.Equal([2, 1, 4, 3], Levels(data));
    }

    [Fact]
    public void Classes_beside_images_without_are_not_used_and_this_is_noted()
    {
        Write("a/dog/1.png", 1);
        Write("b/1.png", 3);

        ImageDataset data = ImageDataset.Load([_temp["a"], _temp["b"]]);

        Assert.Null(data.Labels);
        Assert.Contains(data.Notes, static note => note.Contains("class folders", StringComparison.Ordinal)
            && note.Contains("are not used, because some of the images have no class", StringComparison.Ordinal));
    }

    [Fact]
    public void A_moved_image_is_other_data()
    {
        Write("cat/a.png", 1);
        Write("cat/b.png", 2);
        Write("dog/c.png", 3);
        DataRecord before = DataRecord.Of(ImageDataset.Load(_temp.Path));
        File.Move(_temp["cat/b.png"], _temp["dog/b.png"]);
        Assert.Contains(
            "Restore the data",
            Assert.Throws<TrainingException>(() => before.CheckSame(ImageDataset.Load(_temp.Path))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_classes_need_labels_and_one_for_each()
    {
        Tensor images = Tensor.Zeros([2, 1, 8, 8], DType.UInt8);
        Assert.Equal(["a", "b"], new ImageDataset("x", images, Tensor.From<long>([0, 1])) { ClassNames = ["a", "b"] }.ClassNames);
        Assert.Contains("Give labels", Error(() => new ImageDataset("x", images) { ClassNames = ["a"] }), StringComparison.Ordinal);
        Assert.Contains(
            "1 name of classes, but 2 are needed",
            Error(() => new ImageDataset("x", images, Tensor.From<long>([0, 1])) { ClassNames = ["a"] }), StringComparison.Ordinal);
        Assert.Equal("ankle boot", ImageDataset.FashionMnist(8).ClassNames[9]);
    }

    [Fact]
    public void Labels_count_from_0_in_whole_numbers()
    {
        Tensor images = Tensor.Zeros([2, 1, 8, 8], DType.UInt8);
        Assert.Contains(
            "labels must be Int64 and count classes from 0, but are Float32. Use labels.To(DType.Int64)",
            Error(() => new ImageDataset("x", images, Tensor.From<float>([0, 1]))), StringComparison.Ordinal);
        Assert.Contains(
            "but are as low as -1", Error(() => new ImageDataset("x", images, Tensor.From<long>([0, -1]))), StringComparison.Ordinal);
        Assert.Contains(
            "2 items need as many labels", Error(() => new ImageDataset("x", images, Tensor.From<long>([0]))), StringComparison.Ordinal);
    }

    string Refusal() => Error(() => ImageDataset.Load(_temp.Path));

    static string Error(Func<object> make) => Assert.Throws<TrainingException>(make).Message;

    static int[] Levels(ImageDataset data) =>
        [.. data.Images[.., 0, 0, 0].ToArray<float>().Select(static value => (int)MathF.Round((value + 1) * 127.5f))];

    void Write(string name, int level)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_temp[name])!);
        Png.Write(_temp[name], Tensor.Full([1, 8, 8], level, DType.UInt8));
    }
}
