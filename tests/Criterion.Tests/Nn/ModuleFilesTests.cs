using System.Globalization;
using Criterion.Formats;
using Criterion.Nn;

namespace Criterion.Tests.Nn;

/// <summary>Files, printed trees, and methods that keep a module's type.</summary>
public sealed class ModuleFilesTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("criterion").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_saved_module_is_loaded()
    {
        string path = Path.Combine(_folder, "net.safetensors");
        Sequential net = new Sequential(new Linear(3, 2), new BatchNorm1d(2)).Eval();
        net.Save(path);
        Sequential copy = new Sequential(new Linear(3, 2), new BatchNorm1d(2)).Load(path).Eval();
        Tensor x = Tensor.Randn([4, 3]);
        Assert.Equal(net.Forward(x).ToArray<float>(), copy.Forward(x).ToArray<float>());
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void An_existing_file_is_replaced_only_on_request()
    {
        string path = Path.Combine(_folder, "net.safetensors");
        Linear net = new(2, 1);
        net.Save(path);
        byte[] before = File.ReadAllBytes(path);
        IOException error = Assert.Throws<IOException>(() => new Linear(2, 1).Save(path));
        Assert.Contains("overwrite: true", error.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
        Linear other = new(2, 1);
        other.Save(path, overwrite: true);
        Assert.Equal(other.Weight.ToArray<float>(), net.Load(path).Weight.ToArray<float>());
    }

    [Fact]
    public void A_file_that_does_not_match_changes_nothing()
    {
        string path = Path.Combine(_folder, "net.safetensors");
        new Linear(2, 1, bias: false).Save(path);
        Linear net = new(2, 1);
        float[] before = net.Weight.ToArray<float>();
        Assert.Throws<StateDictException>(() => net.Load(path));
        Assert.Equal(before, net.Weight.ToArray<float>());
        net.Load(path, strict: false);
        Assert.NotEqual(before, net.Weight.ToArray<float>());
        File.WriteAllText(path, "not a model at all");
        Assert.Throws<DataFormatException>(() => net.Load(path));
        File.WriteAllText(path, "");
        Assert.Throws<DataFormatException>(() => net.Load(path));
        Assert.Throws<FileNotFoundException>(() => net.Load(path + ".missing"));
    }

    [Fact]
    public void A_module_is_printed_as_a_tree_in_every_culture()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NumberGroupSeparator) = (",", ".");
            CultureInfo.CurrentCulture = other;
            const string expected = """
                Own(
                  gain [2]
                  (body): Sequential(
                    (0): Conv2d(3, 64, 3, stride: 2, padding: (0, 1), bias: false), weight [64, 3, 3, 3]: 1,728 parameters
                    (1): BatchNorm2d(64, momentum: 0.2), weight [64], bias [64]: 128 parameters
                    (2): LeakyReLU(slope: 0.2)
                    (3): Dropout(0.5)
                    (4): SpectralNorm(Linear), bias [1], weight_orig [1, 2]: 3 parameters
                  ): 1,859 parameters
                  (heads): ModuleList(
                    (0): Linear(2, 3, bias: false), weight [3, 2] Float64: 6 parameters
                  ): 6 parameters
                ): 1,867 parameters
                """;
            Assert.Equal(expected.ReplaceLineEndings("\n"), new Own().ToString());
            Assert.Equal("ReLU()", new ReLU().ToString());
            Assert.Equal("PReLU(), weight [1]: 1 parameter", new PReLU().ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Switches_return_the_own_type()
    {
        Own own = new Own().Eval();
        Assert.False(own.Body.IsTraining);
        own = own.Freeze().Train().Unfreeze();
        Assert.True(own.Body[1].IsTraining);
        Sequential net = new Sequential(new ReLU()).Eval().To(DType.Float64);
        Assert.False(net.IsTraining);
    }

    [Fact]
    public void A_module_can_keep_a_part_in_one_mode()
    {
        KeepsBatchNorm net = new KeepsBatchNorm().Train();
        Assert.True(net.IsTraining);
        Assert.False(net.Norm.IsTraining);
    }

    [Fact]
    public void Lists_and_dictionaries_register_their_modules()
    {
        ModuleList<Linear> list = [new Linear(2, 2), new Linear(2, 1)];
        list.Add(new Linear(1, 1));
        Assert.Equal(3, list.Count);
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"], list.StateDict().Keys);
        Assert.Same(list[1], list.Skip(1).First());
        Assert.Contains("Sequential", Assert.Throws<NotSupportedException>(() => list.Forward(Tensor.Ones([1, 2]))).Message);

        ModuleDict<Module> dictionary = new() { { "age", new Linear(2, 1) }, { "name", new ReLU() } };
        Assert.Equal(["age", "name"], dictionary.Keys);
        Assert.Equal(["age.weight", "age.bias"], dictionary.StateDict().Keys);
        Assert.True(dictionary.ContainsKey("age") && dictionary.TryGetValue("name", out Module? relu) && relu is ReLU);
        Assert.Throws<NotSupportedException>(() => dictionary.Forward(Tensor.Ones([1])));
        Assert.Throws<ArgumentException>(() => dictionary.Add("age", new ReLU()));
        Assert.Throws<ArgumentException>(() => dictionary.Add("a.b", new ReLU()));
        Assert.Equal(2, dictionary.Count);
    }

    sealed class Own : Module
    {
        readonly Tensor _gain;

        public Own()
        {
            _gain = Parameter("gain", Tensor.Ones([2]));
            Body = Child("body", new Sequential(
                new Conv2d(3, 64, 3, stride: 2, padding: (0, 1), bias: false),
                new BatchNorm2d(64, momentum: 0.2),
                new LeakyReLU(0.2),
                new Dropout(),
                new SpectralNorm(new Linear(2, 1))));
            Child("heads", new ModuleList<Linear>(new Linear(2, 3, bias: false, dtype: DType.Float64)));
        }

        public Sequential Body { get; }

        public override Tensor Forward(Tensor input) => Body.Forward(input) * _gain;
    }

    sealed class KeepsBatchNorm : Module
    {
        public KeepsBatchNorm() => Norm = Child("norm", new BatchNorm1d(2));

        public BatchNorm1d Norm { get; }

        public override Tensor Forward(Tensor input) => Norm.Forward(input);

        protected internal override void SetTraining(bool training)
        {
            base.SetTraining(training);
            Norm.Eval();
        }
    }
}
