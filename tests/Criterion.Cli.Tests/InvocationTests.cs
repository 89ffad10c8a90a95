using System.Text.RegularExpressions;
using static Criterion.Cli.Tests.ToolRun;

namespace Criterion.Cli.Tests;

/// <summary>Every command line ends in an exit code and at most one line of error, which names the option, the value and the fix.</summary>
public sealed partial class InvocationTests(InvocationFolder folder) : IClassFixture<InvocationFolder>
{
    const string Long =
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    public static TheoryData<string, string[], string[]> Generated()
    {
        TheoryData<string, string[], string[]> data = [];
        foreach ((string[] args, string[] says) in InvocationTable.Rows())
        {
            data.Add(string.Join(' ', args), args, says);
        }

        return data;
    }

    [Fact]
    public void The_table_covers_every_option() => Assert.True(Generated().Count > 300, $"there are only {Generated().Count} rows");

    [Theory]
    [MemberData(nameof(Generated))]
    public void Every_option_refuses_what_it_does_not_take(string name, string[] args, string[] says)
    {
        Assert.NotEmpty(name);
        AssertRefused(says, args);
    }

    [Theory]

    // Commands and arguments.
    [InlineData("There is no command 'help'", "help")]
    [InlineData("There is no command 'trian'. Did you mean train?", "trian", "--steps", "5")]
    [InlineData("There is no option '--frobnicate'", "--frobnicate")]
    [InlineData("There is no option '-x'", "losses", "-x")]
    [InlineData("There is no command ''", "")]
    [InlineData("Invalid value '' for recipe", "train", "")]
    [InlineData("Invalid value 'siamse' for recipe. Expected dcgan", "train", "siamse")]
    [InlineData("Did you mean siamese?", "train", "siamse")]
    [InlineData("Invalid value 'DCGAN' for recipe", "train", "DCGAN")]
    [InlineData("criterion needs a command. See: criterion --help", "--debug")]
    [InlineData("Unexpected argument 'lsgan'", "train", "dcgan", "lsgan")]
    [InlineData("--steps has no effect before 'siamese'", "train", "--steps", "5", "siamese")]
    [InlineData("'wgan' has no effect before 'cyclegan'", "train", "wgan", "cyclegan")]
    [InlineData("There is no option '--resume'", "train", "cyclegan", "--resume", "{folder}/cyclegan")]
    [InlineData("criterion evaluate needs <real>", "evaluate")]
    [InlineData("'ring' is not the folder of a run, and only a run is measured alone", "evaluate", "ring")]
    [InlineData("/siamese/encoder.safetensors'", "evaluate", "{folder}/siamese")]
    [InlineData("a-to-b.safetensors': the run is unfinished", "evaluate", "{folder}/cyclegan")]
    [InlineData("a-to-b.safetensors': the run is unfinished", "evaluate", "{folder}/cut")]
    [InlineData("is a run of cut, which draws no samples", "evaluate", "{folder}/cut", "--count", "100")]
    [InlineData("/comparison' is the folder of a comparison", "evaluate", "{folder}/comparison")]
    [InlineData("was trained on data in memory", "evaluate", "{folder}/run")]
    [InlineData("--size has no effect here", "evaluate", "{folder}/run", "--size", "8")]
    [InlineData("--count has no effect here", "evaluate", "{folder}/siamese", "--count", "8")]
    [InlineData("only images of one size are compared", "evaluate", "{folder}/png/8.png", "{folder}/png/9.png")]
    [InlineData("--range has no effect here", "evaluate", "{folder}/png/8.png", "{folder}/png/8.png", "--range", "0..1")]
    [InlineData("Invalid value '/nowhere.png' for real. Expected an image file", "evaluate", "/nowhere.png", "{folder}/png/9.png")]
    [InlineData("SsimLoss: prediction [1, 1, 8, 8] and target [1, 1, 9, 9]", "loss", "ssim", "{folder}/png/8.png", "{folder}/png/9.png")]
    [InlineData("/three.npy': mse takes 2 inputs: prediction, target.", "loss", "mse", "{folder}/three.npy", "{folder}/three.npy",
        "{folder}/three.npy")]
    [InlineData("--data: There is no file or folder '/nowhere'", "train", "siamese", "--data", "/nowhere", "--out", "{folder}/new")]
    [InlineData("has no labels, and embeddings are learned from classes. Put the images of each class into a subfolder", "train",
        "embedding", "--data", "{folder}/bytes.npy", "--out", "{folder}/new")]
    [InlineData("has no labels. Put the images of each class into a subfolder", "train", "acgan", "--data", "{folder}/bytes.npy", "--out",
        "{folder}/new")]
    [InlineData("points and images cannot be mixed", "train", "siamese", "--data", "ring", "--size", "8", "--out", "{folder}/new")]
    [InlineData("criterion loss needs <name>", "loss")]
    [InlineData("criterion report needs <run>", "report")]
    [InlineData("criterion export needs <run>", "export", "--onnx", "x.onnx")]
    [InlineData("--onnx <file> is required", "export", "{folder}/run")]
    [InlineData("criterion sample needs <run>", "sample", "--out", "x.png")]
    [InlineData("--out <file> is required", "search", "{folder}/siamese")]
    [InlineData("Invalid value '' for name. Expected <name>", "losses", "")]
    [InlineData("Invalid value '' for real", "evaluate", "", "ring")]
    [InlineData("Invalid value '' for run", "report", "")]
    [InlineData("There is no loss 'x'. See", "losses", "x")]
    [InlineData("There is no loss '@huber'. Did you mean huber?", "losses", "@huber")]
    [InlineData("Unexpected argument 'mse'", "losses", "huber", "mse")]
    [InlineData("xxxx…' for --lr", "train", "--lr", Long)]

    // Paths.
    [InlineData("--data: There is no file or folder '/nowhere'. Give fashion-mnist", "train", "--data", "/nowhere", "--out",
        "{folder}/new")]
    [InlineData("--data: There is no file or folder '@data.npy'. Give fashion-mnist", "train", "--data", "@data.npy")]
    [InlineData("fake: There is no file or folder '/nowhere'. Give fashion-mnist", "evaluate", "fashion-mnist", "/nowhere")]
    [InlineData("--a: There is no file or folder '/nowhere'. Give fashion-mnist", "train", "cyclegan", "--a", "/nowhere", "--b",
        "/nowhere")]
    [InlineData("--data: There is no file or folder '/nowhere'. Give fashion-mnist", "compare", "--data", "/nowhere", "--out",
        "{folder}/new")]
    [InlineData("--gallery: There is no file or folder '/nowhere'. Give fashion-mnist", "search", "{folder}/siamese", "--gallery",
        "/nowhere", "--out", "{folder}/new.png")]
    [InlineData("Invalid value '@a.npy' for --prediction. Expected a .npy or image file. There is no such file.", "loss", "mse",
        "--prediction", "@a.npy")]
    [InlineData("/folder' for --prediction. Expected a .npy or image file. That is a folder.", "loss", "mse", "--prediction",
        "{folder}/folder")]
    [InlineData("for --input target. Expected a .npy or image file", "loss", "mse", "--prediction", "{folder}/three.npy", "--input",
        "target={folder}/no.npy")]
    [InlineData("text.npy", "loss", "mse", "--prediction", "{folder}/text.npy", "--target", "{folder}/text.npy")]
    [InlineData("has no PNG", "train", "--data", "{folder}/empty ü", "--out", "{folder}/new")]
    [InlineData("three.npy' already exists. Choose another file, or delete it first.", "sample", "{folder}/run", "--out",
        "{folder}/three.npy")]
    [InlineData("/nodir/x.png' cannot be created, as its folder does not exist", "sample", "{folder}/run", "--out", "{folder}/nodir/x.png")]
    [InlineData("/three.npy/x.png' cannot be created", "search", "{folder}/siamese", "--out", "{folder}/three.npy/x.png")]
    [InlineData("/nodir/x.onnx' cannot be created", "export", "{folder}/run", "--onnx", "{folder}/nodir/x.onnx")]
    [InlineData("Invalid value 'x.png' for --onnx. Expected a name that ends in .onnx", "export", "run", "--onnx", "x.png")]
    [InlineData("Invalid value 'a' for --translator. Expected a-to-b or b-to-a", "export", "run", "--onnx", "x.onnx", "--translator", "a")]
    [InlineData("/nodir/r.html' cannot be created", "report", "{folder}/run", "--out", "{folder}/nodir/r.html")]
    [InlineData("/folder' already exists. Choose another file.", "report", "{folder}/run", "--out", "{folder}/folder")]
    [InlineData("/new/' names a folder", "report", "{folder}/run", "--out", "{folder}/new/")]
    [InlineData("/nodir/p.md' cannot be created", "losses", "--page", "{folder}/nodir/p.md")]
    [InlineData("/folder' for --page. Expected a file. That is a folder.", "losses", "--page", "{folder}/folder")]
    [InlineData("/nodir/x.svg' cannot be created", "losses", "l1", "--svg", "{folder}/nodir/x.svg")]
    [InlineData("/nodir/l.npy' cannot be created", "loss", "mse", "--prediction", "{folder}/three.npy", "--target", "{folder}/three.npy",
        "--out", "{folder}/nodir/l.npy")]
    [InlineData("already exists", "loss", "mse", "--prediction", "{folder}/three.npy", "--target", "{folder}/three.npy", "--grad",
        "{folder}/three.npy")]
    [InlineData("is given for two outputs", "loss", "mse", "--prediction", "{folder}/three.npy", "--target", "{folder}/three.npy", "--grad",
        "{folder}/g.npy", "--out", "{folder}/./g.npy")]
    [InlineData("Invalid value 'x.jpg' for --out. Expected a name that ends in .png or .npy", "sample", "run", "--out", "x.jpg")]
    [InlineData("Invalid value 'x.npy' for --out. Expected a name that ends in .png", "search", "run", "--out", "x.npy")]
    [InlineData("three.npy' already exists and is not empty", "train", "--data", "ring", "--out", "{folder}/three.npy")]
    [InlineData("cannot be created", "train", "--data", "ring", "--width", "2", "--out", "{folder}/three.npy/run")]

    // Kinds of runs.
    [InlineData("'/nowhere' is not the folder of a run", "report", "/nowhere")]
    [InlineData("'/nowhere' is not the folder of a run", "train", "--resume", "/nowhere")]
    [InlineData("is the folder of a comparison", "report", "{folder}/comparison")]
    [InlineData("is the folder of a comparison", "train", "--resume", "{folder}/comparison")]
    [InlineData("is the folder of a comparison", "sample", "{folder}/comparison", "--out", "{folder}/new.png")]
    [InlineData("There is no '/nowhere'", "sample", "/nowhere", "--out", "{folder}/new.png")]
    [InlineData("is a run of siamese, which has no generator", "sample", "{folder}/siamese", "--out", "{folder}/new.png")]
    [InlineData("is a run of cyclegan, which has no generator", "sample", "{folder}/cyclegan", "--out", "{folder}/new.png")]
    [InlineData("is a run of cut, which has no generator", "sample", "{folder}/cut", "--out", "{folder}/new.png")]
    [InlineData("'/nowhere' is not the folder of a run", "export", "/nowhere", "--onnx", "{folder}/new.onnx")]
    [InlineData("/siamese/encoder.safetensors'", "export", "{folder}/siamese", "--onnx", "{folder}/new.onnx")]
    [InlineData("a-to-b.safetensors': the run is unfinished", "export", "{folder}/cyclegan", "--onnx", "{folder}/new.onnx")]
    [InlineData("a-to-b.safetensors': the run is unfinished", "export", "{folder}/cut", "--onnx", "{folder}/new.onnx")]
    [InlineData("has no translator of B to A", "export", "{folder}/cut", "--onnx", "{folder}/new.onnx", "--translator", "b-to-a")]
    [InlineData("--translator has no effect here", "export", "{folder}/run", "--onnx", "{folder}/new.onnx", "--translator", "a-to-b")]
    [InlineData("is not a run of train embedding or train siamese", "search", "{folder}/run", "--out", "{folder}/new.png")]
    [InlineData("There is no", "search", "{folder}/siamese", "--out", "{folder}/new.png")]
    [InlineData("/siamese' is the folder of a run, whose pictures are grids", "evaluate", "{folder}/siamese", "fashion-mnist")]
    [InlineData("/cyclegan' is the folder of a run", "evaluate", "fashion-mnist", "{folder}/cyclegan")]
    [InlineData("For a run of a GAN: criterion sample RUN --out FILE.npy", "train", "--data", "{folder}/run")]
    [InlineData("/run' is the folder of a run", "train", "--data", "{folder}/run")]
    [InlineData("/comparison' is the folder of a comparison", "train", "--data", "{folder}/comparison")]
    [InlineData("'wgan' cannot be combined with --resume", "train", "wgan", "--resume", "{folder}/run")]
    [InlineData("--lr cannot be combined with --resume", "train", "--lr", "1", "--resume", "{folder}/run")]
    [InlineData("Invalid value '1' for --steps. Expected at least 2", "train", "--steps", "1", "--resume", "{folder}/run")]
    [InlineData("no-json/run.json' is damaged, or not a run record: line 1", "report", "{folder}/no-json")]
    [InlineData("no-kind/run.json' is damaged", "report", "{folder}/no-kind")]
    [InlineData("no-number/run.json' is damaged, or not a run record: line", "train", "--resume", "{folder}/no-number")]
    [InlineData("no valid value for stepsDone", "report", "{folder}/no-number")]
    [InlineData("no-options/run.json' is damaged", "report", "{folder}/no-options")]
    [InlineData("compare.json' is damaged", "compare", "--out", "{folder}/comparison")]

    // Numbers in names.
    [InlineData("--penalty r1=0,1: Invalid value '0,1' for weight of r1. Expected a number. Use a point", "train", "--data", "ring",
        "--penalty", "r1=0,1")]
    [InlineData("Invalid value '' for weight of r1", "train", "--data", "ring", "--penalty", "r1=")]
    [InlineData("Invalid value '1e3' for the interval", "train", "--data", "ring", "--penalty", "r1=1@1e3")]
    [InlineData("Invalid value '' for the interval", "train", "--data", "ring", "--penalty", "r1=1@")]
    [InlineData("Invalid value '1,6' for the interval", "train", "--data", "ring", "--penalty", "r1=1@1,6")]
    [InlineData("Invalid option 'Real' in 'at=Interpolates,Real'. Expected option=value", "train", "--data", "ring", "--penalty",
        "gradient-penalty:at=Interpolates,Real")]
    [InlineData("Invalid value '1' for at of gradient-penalty. Expected Interpolates", "train", "--data", "ring", "--penalty",
        "gradient-penalty:at=1")]
    [InlineData("weight of r1 is given twice", "train", "--data", "ring", "--penalty", "r1=1:weight=2")]
    [InlineData("--penalty: 'none' means an empty list, and 'r1' is also given", "train", "--data", "ring", "--penalty", "none",
        "--penalty", "r1")]
    [InlineData("--objective least-squares:a=-1,c=0,5: Invalid option '5' in 'a=-1,c=0,5'. Expected option=value. Use a point", "train",
        "--data", "ring", "--objective", "least-squares:a=-1,c=0,5")]
    [InlineData("Use a point", "compare", "--data", "ring", "--objectives", "least-squares:a=-1,c=0,5", "--out", "{folder}/new")]
    [InlineData("--objective hing: There is no objective 'hing'", "train", "--data", "ring", "--objective", "hing")]
    [InlineData("Invalid value '0,1@4' for feature matching", "train", "--data", "ring", "--feature-matching", "0,1@4")]
    [InlineData("no layer '1e0'", "train", "--data", "ring", "--feature-matching", "0.1@1e0")]
    [InlineData("--objectives hing: There is no objective 'hing'", "compare", "--data", "ring", "--objectives", "dcgan,hing", "--out",
        "{folder}/new")]
    [InlineData("'hinge' is given twice", "compare", "--data", "ring", "--objectives", "hinge,hinge", "--out", "{folder}/new")]
    [InlineData("at least one objective", "compare", "--data", "ring", "--objectives", ",", "--out", "{folder}/new")]

    // Losses.
    [InlineData("Invalid value '0,5' for --option delta. Expected a number. Use a point", "loss", "huber", "--option", "delta=0,5")]
    [InlineData("Invalid value 'NaN' for --option delta", "loss", "huber", "--option", "delta=NaN")]
    [InlineData("Delta must be", "loss", "huber", "--option", "delta=-1")]
    [InlineData("--option delta is given twice, as '1' and '2'", "loss", "huber", "--option", "delta=1", "--option", "delta=2")]
    [InlineData("Invalid value 'mean,sum' for --option reduction. Expected Mean", "loss", "mse", "--option", "reduction=mean,sum")]
    [InlineData("Invalid value '1' for --option reduction", "loss", "mse", "--option", "reduction=1")]
    [InlineData("Invalid value '0.5' for --option alpha. Expected a .npy file. There is no such file.", "loss", "focal", "--option",
        "alpha=0.5")]
    [InlineData("Invalid value 'delta=' for --option. Expected key=value", "loss", "huber", "--option", "delta=")]
    [InlineData("Invalid value '=1' for --option. Expected key=value", "loss", "huber", "--option", "=1")]
    [InlineData("Invalid value 'target' for --input. Expected name=file", "loss", "mse", "--input", "target")]
    [InlineData("Invalid value 'target=' for --grad. Expected file or name=file", "loss", "mse", "--grad", "target=")]
    [InlineData("'prediction' is given 2 times, and mse expects one tensor", "loss", "mse", "--prediction", "{folder}/three.npy", "--input",
        "prediction={folder}/three.npy")]
    [InlineData("mse has no input 'pred'. Its inputs: prediction, target", "loss", "mse", "--input", "pred={folder}/three.npy")]
    [InlineData("There is no input 'weight' for --grad", "loss", "mse", "--prediction", "{folder}/three.npy", "--target",
        "{folder}/three.npy", "--grad", "weight={folder}/g.npy")]
    [InlineData("--grad: 'target' has Int64 elements", "loss", "mse", "--prediction", "{folder}/three.npy", "--target",
        "{folder}/whole.npy", "--grad", "target={folder}/g.npy")]
    [InlineData("'hinge' cannot be combined with --page", "losses", "hinge", "--page", "{folder}/p.md")]
    [InlineData("--json cannot be combined with --page", "losses", "--json", "--page", "{folder}/p.md")]
    [InlineData("--svg cannot be combined with --page", "losses", "--svg", "{folder}/x.svg", "--page", "{folder}/p.md")]
    [InlineData("--svg needs the name of a loss", "losses", "--svg", "{folder}/x.svg")]

    // Options that contradict each other, or would be ignored.
    [InlineData("--frechet-count has no effect without --frechet-every", "train", "--data", "ring", "--frechet-count", "100")]
    [InlineData("--gamma has no effect here", "train", "--data", "ring", "--gamma", "0.5")]
    [InlineData("--beta1 has no effect here: RMSprop", "train", "--data", "ring", "--optimizer", "rmsprop", "--beta1", "0.5")]
    [InlineData("--beta2 has no effect here: RMSprop", "train", "wgan", "--data", "ring", "--beta2", "0.5")]
    [InlineData("--lr has no effect here", "train", "--data", "ring", "--lr", "1", "--d-lr", "1", "--g-lr", "1")]
    [InlineData("no size in pixels, no range, no background and no limit", "train", "--data", "ring", "--size", "8")]
    [InlineData("--range applies to .npy and IDX files", "train", "--data", "ring", "--range", "0..1")]
    [InlineData("--range applies to .npy and IDX files", "evaluate", "ring", "ring", "--range", "0..1")]
    [InlineData("--range applies to .npy and IDX files", "train", "--data", "{folder}/png", "--range", "0..1")]
    [InlineData("--background applies to transparent images", "train", "--data", "ring", "--background", "0")]
    [InlineData("--background applies to transparent images", "train", "--data", "{folder}/bytes.npy", "--background", "0")]
    [InlineData("--background applies to transparent images", "train", "cyclegan", "--background", "0")]
    [InlineData("--background applies to transparent images", "compare", "--background", "0", "--out", "{folder}/new")]
    [InlineData("--background applies to transparent images", "evaluate", "fashion-mnist", "{folder}/bytes.npy", "--background", "0")]
    [InlineData("--background applies to transparent images", "search", "{folder}/siamese", "--query", "0", "--background", "0", "--out",
        "{folder}/new.png")]
    [InlineData("Invalid value '1.1' for --background. Expected a number from 0 for black to 1 for white", "train", "--data",
        "{folder}/png", "--background", "1.1")]
    [InlineData("Invalid value 'white' for --background", "evaluate", "{folder}/png", "{folder}/png", "--background", "white")]
    [InlineData("for example 32 (--size).", "evaluate", "{folder}/png", "{folder}/png")]
    [InlineData("for example 32 (--size).", "train", "--data", "{folder}/png", "--out", "{folder}/new")]
    [InlineData("0 and 1 (--range).", "evaluate", "{folder}/floats.npy", "{folder}/floats.npy")]
    [InlineData("--count has no effect here: it is the number of samples that the generator of a run draws", "evaluate",
        "fashion-mnist", "fashion-mnist", "--count", "100")]
    [InlineData("--size applies to images of --input and --target", "train", "pix2pix", "--size", "32")]
    [InlineData("give --target as well", "train", "pix2pix", "--input", "{folder}/bytes.npy")]
    [InlineData("exchange --input and --target", "train", "pix2pix", "--input", "{folder}/bytes.npy", "--target", "{folder}/bytes.npy",
        "--direction", "sketch-to-garment")]
    [InlineData("is a folder and", "train", "pix2pix", "--input", "{folder}/bytes.npy", "--target", "{folder}/png")]
    [InlineData("The loss of the translator has no term. Set --pixel-weight, --adversarial-weight", "train", "pix2pix", "--pixel-weight",
        "0", "--adversarial-weight", "0", "--out", "{folder}/new")]
    [InlineData("set --held-out to a number from 1 to 15", "train", "pix2pix", "--input", "{folder}/bytes.npy", "--target",
        "{folder}/bytes.npy", "--held-out", "16", "--out", "{folder}/new")]
    [InlineData("Resize them to 32 (--size).", "train", "super-resolution", "--data", "{folder}/bytes.npy", "--out", "{folder}/new")]
    [InlineData("There is no file '/nowhere.pth'. The weights of VGG19", "train", "super-resolution", "--perceptual", "/nowhere.pth",
        "--out", "{folder}/new")]
    [InlineData("--size applies to images of --a and --b", "train", "cyclegan", "--size", "32")]
    [InlineData("give --b as well", "train", "cyclegan", "--a", "{folder}/bytes.npy")]
    [InlineData("give --a as well", "train", "cut", "--b", "{folder}/bytes.npy")]
    [InlineData("--limit applies to images of --a and --b", "train", "fastcut", "--limit", "5")]
    [InlineData("need their range", "train", "cyclegan", "--a", "{folder}/floats.npy", "--b", "{folder}/floats.npy")]
    [InlineData("There is no image -5 for --query", "search", "{folder}/siamese", "--query", "-5", "--out", "{folder}/new.png")]
    [InlineData("There is no image 99999999999 for --query", "search", "{folder}/siamese", "--query", "99999999999", "--out",
        "{folder}/new.png")]
    [InlineData("/folder' for --query. Expected the number of an image, or an image file. That is a folder.", "search", "{folder}/siamese",
        "--query", "{folder}/folder", "--out", "{folder}/new.png")]
    [InlineData("of --query has 16 images", "search", "{folder}/siamese", "--query", "{folder}/bytes.npy", "--out", "{folder}/new.png")]

    // What could only be seen after a training.
    [InlineData("--held-out: the value must be two or more different classes, which are told apart, but is 5", "train", "siamese",
        "--held-out", "5", "--out", "{folder}/new")]
    [InlineData("classes, which are told apart, but is 5, 5", "train", "siamese", "--held-out", "5", "--held-out", "5", "--out",
        "{folder}/new")]
    [InlineData("--margin: CosineEmbeddingLoss: Margin must be in [−1, 1]", "train", "siamese", "--margin", "2", "--out", "{folder}/new")]
    [InlineData("do not fill a batch of 65536", "train", "--data", "{folder}/bytes.npy", "--batch", "65536", "--out", "{folder}/new")]
    [InlineData("at least 12 pixels a side", "train", "cyclegan", "--a", "{folder}/bytes.npy", "--b", "{folder}/bytes.npy", "--out",
        "{folder}/new")]
    [InlineData("at least 12 pixels a side", "train", "cut", "--a", "{folder}/bytes.npy", "--b", "{folder}/bytes.npy", "--layers", "2",
        "--out", "{folder}/new")]
    [InlineData("needs images of at least 16 pixels a side", "train", "cyclegan", "--a", "{folder}/bytes.npy", "--b", "{folder}/bytes.npy",
        "--halvings", "3", "--layers", "1", "--out", "{folder}/new")]
    [InlineData("Resize them to 16", "train", "cyclegan", "--a", "{folder}/bytes.npy", "--b", "{folder}/bytes.npy", "--halvings", "4",
        "--out", "{folder}/new")]
    [InlineData("at least 6 are needed", "evaluate", "{folder}/few.npy", "{folder}/few.npy")]
    [InlineData("--features inception needs --weights. The weights of Inception v3 for FID are not part of Criterion: download pt_incep",
        "evaluate", "ring", "ring", "--features", "inception")]
    [InlineData("There is no file '/nowhere.pth'. The weights of Inception", "evaluate", "ring", "ring", "--features", "inception",
        "--weights", "/nowhere.pth")]
    [InlineData("--weights has no effect without --features inception", "evaluate", "ring", "ring", "--weights", "x.pth")]
    [InlineData("--resize has no effect without --features inception", "evaluate", "ring", "ring", "--resize", "legacy")]
    [InlineData("--features has no effect here", "evaluate", "{folder}/png/8.png", "{folder}/png/8.png", "--features", "inception")]
    [InlineData("Invalid value 'vgg' for --features", "evaluate", "ring", "ring", "--features", "vgg")]
    public void Errors_are_one_line_with_the_fix(string says, params string[] args) => AssertRefused([says], args);

    [Theory]
    [InlineData("train", "--help", "--lr", "x")]
    [InlineData("sample", "--help")]
    [InlineData("--version")]
    [InlineData("losses", "huber", "--json", "--json")]
    [InlineData("losses", "HuberLoss")]
    [InlineData("loss", "mse", "--prediction", "{folder}/three.npy", "--target", "{folder}/../{name}/three.npy", "--option",
        "reduction=SUM")]
    [InlineData("loss", "huber", "--prediction", "{folder}/three.npy", "--target", "{folder}/three.npy", "--option", "delta=+5e-1")]
    [InlineData("loss", "mse", "--prediction", "{folder}/three.npy", "--target", "{folder}/three.npy", "--debug")]
    public void Valid_command_lines_are_accepted(params string[] args) => Succeeded(Run(Placed(args)));

    [Fact]
    public void An_error_of_the_tool_itself_is_one_line_and_its_trace_only_on_demand()
    {
        using Faulty faulty = new();
        using StringWriter error = new();
        ToolConsole console = new(faulty, error, IsInteractive: false);

        Assert.Equal(Tool.Failure, Tool.Run(["losses"], console, CancellationToken.None));
        Assert.Equal("criterion: Unexpected error: the fault. Run again with --debug for the trace.", error.ToString().TrimEnd());

        Assert.Equal(Tool.Failure, Tool.Run(["losses", "--debug"], console, CancellationToken.None));
        Assert.Contains("   at Criterion.", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(OutOfMemoryException), Tool.Failure, "There is not enough memory")]
    [InlineData(typeof(OperationCanceledException), Tool.Stopped, "")]
    [InlineData(typeof(IOException), Tool.Failure, "I/O error")]
    [InlineData(typeof(UnauthorizedAccessException), Tool.Failure, "Check its permissions.")]
    public void Whatever_is_thrown_ends_in_an_exit_code(Type fault, int code, string says)
    {
        using Faulty faulty = new((Exception)Activator.CreateInstance(fault)!);
        using StringWriter error = new();

        Assert.Equal(code, Tool.Run(["losses"], new ToolConsole(faulty, error, IsInteractive: false), CancellationToken.None));
        Assert.Contains(says, error.ToString(), StringComparison.Ordinal);
    }

    // Every byte of a record may be damaged: none leads to more than a line.
    [Fact]
    public void Damaged_records_are_told_in_a_line()
    {
        RandomStream random = new(1);
        string json = File.ReadAllText(Path.Combine(folder.Path, "run", "run.json"));
        using TempFolder temp = new();
        for (int i = 0; i < 300; i++)
        {
            int place = random.NextInt(json.Length);
            File.WriteAllText(temp["run.json"], (i % 3) switch
            {
                0 => json.Remove(place, Math.Min(1 + random.NextInt(20), json.Length - place)),
                1 => json.Insert(place, "0"),
                _ => json[..place],
            });
            (int code, _, string error) = Run("report", temp.Path);
            Assert.True(code == 0 || (code == 1 && IsLine(error) && !error.Contains("Unexpected", StringComparison.Ordinal)),
                $"{error}{File.ReadAllText(temp["run.json"])}");
            File.Delete(temp["report.html"]);
        }
    }

    void AssertRefused(string[] says, string[] args)
    {
        (int code, string output, string error) = Run(Placed(args));

        Assert.Equal((1, ""), (code, output));
        Assert.All(says, part => Assert.Contains(part, error, StringComparison.Ordinal));
        Assert.True(IsLine(error), error);
        Assert.Equal(folder.Entries, Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories));
    }

    string[] Placed(string[] args) =>
        [.. args.Select(arg => arg.Replace(InvocationTable.Folder, folder.Path, StringComparison.Ordinal).Replace("{name}",
            Path.GetFileName(folder.Path), StringComparison.Ordinal))];

    static bool IsLine(string error) =>
        error.StartsWith("criterion: ", StringComparison.Ordinal) && error.TrimEnd().Split('\n').Length == 1
            && !OfTheRuntime().IsMatch(error);

    [GeneratedRegex(@"Exception|System\.|   at |Criterion\.[A-Z]|Parameter '")]
    private static partial Regex OfTheRuntime();

    /// <summary>A writer that fails in a way that nobody thought of.</summary>
    sealed class Faulty(Exception? fault = null) : StringWriter
    {
        public override void Write(string? value) => throw fault ?? new InvalidOperationException("the fault");

        public override void WriteLine(string? value) => Write(value);
    }
}
